//! Reads an archive: says what is wrong with one that cannot be restored, before anything is changed.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use age::{DecryptError, Decryptor, secrecy::SecretString};
use anyhow::{Context, anyhow, bail, ensure};
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::manifest::{ArchivedTable, FORMAT, MANIFEST, Manifest, checksum, hex};

/// What an encrypted archive begins with.
const AGE: &[u8] = b"age-encryption.org/";
/// What a zip begins with.
const ZIP: &[u8] = b"PK\x03\x04";
/// Other files that are taken for a backup, by their beginning.
const FOREIGN: &[(&[u8], &str)] = &[
    (
        b"SQLite format 3\0",
        "a SQLite database, not a backup made by hearth backup: to use it, put it in the place of the database",
    ),
    (b"PGDMP", "an archive of pg_dump: restore it with pg_restore"),
];
/// The longest line of an entry: longer than every row, and short enough for memory.
const LINE_MAX: u64 = 4 << 20;
/// The longest manifest.
const MANIFEST_MAX: u64 = 1 << 20;
/// The greatest cost of a passphrase: 2^22 is some ten seconds and 4 GB.
const WORK_MAX: u8 = 22;

trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

/// An open archive.
pub(super) struct Archive {
    zip: ZipArchive<Box<dyn Input>>,
    pub(super) manifest: Manifest,
    pub(super) is_encrypted: bool,
}

impl Archive {
    /// Opens an archive and reads its manifest. `newest` is the newest schema that this program knows.
    pub(super) fn open(path: &Path, passphrase: Option<&SecretString>, newest: i64) -> anyhow::Result<Self> {
        let mut file = File::open(path)?;
        ensure!(file.metadata()?.is_file(), "not a file");
        let mut start = Vec::new();
        file.by_ref().take(32).read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        if let Some((_, kind)) = FOREIGN.iter().find(|(magic, _)| start.starts_with(magic)) {
            bail!("{kind}");
        }
        ensure!(!start.is_empty(), "truncated: the file is empty");
        let is_encrypted = start.starts_with(AGE);
        let input: Box<dyn Input> = match passphrase {
            Some(passphrase) if is_encrypted => Box::new(decrypted(file, passphrase)?),
            None if is_encrypted => {
                bail!("encrypted: give its passphrase with --passphrase-file or HEARTH_BACKUP__PASSPHRASE")
            }
            // Anyone who can write where backups are could have put it there: only the passphrase shows who made it.
            Some(_) if start.starts_with(ZIP) => bail!("not encrypted, although a passphrase is given"),
            _ => {
                ensure!(start.starts_with(ZIP), "not a backup of Hearth, or damaged at its beginning");
                Box::new(BufReader::with_capacity(1 << 16, file))
            }
        };
        let mut zip = ZipArchive::new(input).map_err(|error| {
            anyhow!("truncated or damaged: its list of entries at the end cannot be read ({error})")
        })?;
        let manifest = manifest(&mut zip)?;
        ensure!(
            manifest.format <= FORMAT && manifest.schema <= newest,
            "made by a newer Hearth ({}, archive format {}, schema {}; this one knows format {FORMAT}, schema {newest}): \
             restore it with that version",
            manifest.hearth,
            manifest.format,
            manifest.schema
        );
        ensure!(
            checksum(&manifest.tables) == manifest.sha256,
            "tampered with or damaged: the manifest's checksum does not match its list of tables"
        );
        Ok(Self { zip, manifest, is_encrypted })
    }

    /// Reads the whole archive and compares every table with the manifest.
    pub(super) fn check(&mut self, progress: &ProgressBar) -> anyhow::Result<()> {
        let expected = self.manifest.tables.len() + 1;
        ensure!(
            self.zip.len() == expected && !self.zip.has_duplicate_names(),
            "tampered with or damaged: it has {} entries, its manifest names {expected}",
            self.zip.len()
        );
        for table in self.manifest.tables.clone() {
            let mut lines = self.table(&table.name)?;
            let mut line = Vec::new();
            while lines.next(&mut line)? {
                progress.inc(1);
            }
            lines.compare(&table)?;
        }
        Ok(())
    }

    /// Bytes that a SQLite database of what is in it may need.
    pub(super) fn room(&mut self) -> u64 {
        let sizes = (0..self.zip.len()).filter_map(|index| self.zip.by_index_raw(index).ok().map(|entry| entry.size()));
        2 * sizes.sum::<u64>()
    }

    /// The rows of a table.
    pub(super) fn table(&mut self, name: &str) -> anyhow::Result<Lines<impl BufRead + '_>> {
        let entry = self.zip.by_name(&ArchivedTable::entry(name));
        let entry = entry.map_err(|error| anyhow!("tampered with or damaged: table {name}: {error}"))?;
        let (input, columns) = (BufReader::with_capacity(1 << 16, entry), Vec::new());
        let mut lines = Lines { input, hash: Sha256::new(), rows: 0, columns, name: name.to_owned() };
        let mut first = Vec::new();
        let is_there = lines.next(&mut first)?;
        let columns = serde_json::from_slice(&first).ok().filter(|_| is_there);
        lines.columns =
            columns.with_context(|| format!("tampered with or damaged: table {name} has no line of columns"))?;
        lines.rows = 0;
        Ok(lines)
    }
}

/// The lines of a table's entry.
pub(super) struct Lines<R> {
    input: R,
    hash: Sha256,
    rows: u64,
    name: String,
    /// The names of the columns.
    pub(super) columns: Vec<String>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line, without its end. Returns whether there was one.
    pub(super) fn next(&mut self, line: &mut Vec<u8>) -> anyhow::Result<bool> {
        line.clear();
        let read = self.input.by_ref().take(LINE_MAX).read_until(b'\n', line);
        // Here zip compares the checksum of the entry, and age that of the encrypted chunk.
        read.map_err(|error| anyhow!("truncated, tampered with or damaged: table {}: {error}", self.name))?;
        self.hash.update(&*line);
        if line.is_empty() {
            return Ok(false);
        }
        ensure!(line.pop() == Some(b'\n'), "tampered with or damaged: table {} has an unfinished line", self.name);
        self.rows += 1;
        Ok(true)
    }

    /// Compares what was read with the manifest, at the end.
    pub(super) fn compare(self, table: &ArchivedTable) -> anyhow::Result<()> {
        let name = &table.name;
        ensure!(
            self.rows == table.rows,
            "tampered with or damaged: table {name} has {} rows, its manifest says {}",
            self.rows,
            table.rows
        );
        let matches = hex(&self.hash.finalize()) == table.sha256;
        ensure!(matches, "tampered with or damaged: the checksum (SHA-256) of table {name} does not match");
        Ok(())
    }
}

/// What every format has.
#[derive(serde::Deserialize)]
struct Versions {
    format: u32,
    hearth: String,
}

fn decrypted(file: File, passphrase: &SecretString) -> anyhow::Result<impl Input + use<>> {
    let mut identity = age::scrypt::Identity::new(passphrase.clone());
    identity.set_max_work_factor(WORK_MAX);
    let decryptor = Decryptor::new_buffered(BufReader::with_capacity(1 << 16, file));
    let decryptor = decryptor.map_err(|error| anyhow!("encrypted, and truncated or damaged: {error}"))?;
    ensure!(decryptor.is_scrypt(), "encrypted for a key, not with a passphrase: decrypt it with age first");
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            anyhow!("encrypted with another passphrase")
        }
        error => anyhow!("encrypted, and damaged: {error}"),
    })
}

fn manifest(zip: &mut ZipArchive<Box<dyn Input>>) -> anyhow::Result<Manifest> {
    let Ok(entry) = zip.by_name(MANIFEST) else { bail!("a zip, but not a backup of Hearth: it has no {MANIFEST}") };
    let mut text = Vec::new();
    let read = entry.take(MANIFEST_MAX).read_to_end(&mut text);
    read.map_err(|error| anyhow!("truncated, tampered with or damaged: {MANIFEST}: {error}"))?;
    let versions: Versions = serde_json::from_slice(&text)
        .ok()
        .with_context(|| format!("a zip, but not a backup of Hearth: its {MANIFEST} is not one"))?;
    ensure!(
        versions.format <= FORMAT,
        "made by a newer Hearth ({}, archive format {}; this one knows {FORMAT}): restore it with that version",
        versions.hearth,
        versions.format
    );
    serde_json::from_slice(&text).map_err(|error| anyhow!("tampered with or damaged: {MANIFEST}: {error}"))
}
