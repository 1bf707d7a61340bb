//! Writes an archive: a zip, as a stream, so that it can go to a bucket and through encryption.

use std::io::Write;

use age::secrecy::SecretString;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

use super::manifest::{ArchivedTable, MANIFEST, Manifest, checksum, hex};

/// Fast, and within a few percent of the smallest size.
const COMPRESSION: i64 = 3;

/// An archive that is being written.
pub(super) struct ArchiveWriter<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    tables: Vec<ArchivedTable>,
    open: Option<(ArchivedTable, Sha256)>,
}

impl<W: Write> ArchiveWriter<W> {
    pub(super) fn new(output: W) -> Self {
        Self { zip: ZipWriter::new_stream(output), tables: Vec::new(), open: None }
    }

    /// Begins the entry of a table.
    pub(super) fn begin(&mut self, name: &str, columns: &[String]) -> anyhow::Result<()> {
        self.end();
        self.zip.start_file(ArchivedTable::entry(name), options())?;
        self.open = Some((ArchivedTable { name: name.to_owned(), rows: 0, sha256: String::new() }, Sha256::new()));
        self.put(format!("{}\n", serde_json::to_string(columns)?).as_bytes())
    }

    /// Adds rows to the entry, each a line.
    pub(super) fn rows(&mut self, lines: &[u8], count: u64) -> anyhow::Result<()> {
        if let Some((table, _)) = &mut self.open {
            table.rows += count;
        }
        self.put(lines)
    }

    /// Writes the manifest, which `describe` makes from the tables, and the end of the zip.
    pub(super) fn finish(
        mut self,
        describe: impl FnOnce(Vec<ArchivedTable>) -> Manifest,
    ) -> anyhow::Result<(W, Manifest)> {
        self.end();
        let manifest = describe(std::mem::take(&mut self.tables));
        self.zip.start_file(MANIFEST, options())?;
        serde_json::to_writer_pretty(&mut self.zip, &manifest)?;
        Ok((self.zip.finish()?.into_inner(), manifest))
    }

    fn put(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        if let Some((_, hash)) = &mut self.open {
            hash.update(bytes);
        }
        Ok(self.zip.write_all(bytes)?)
    }

    fn end(&mut self) {
        if let Some((mut table, hash)) = self.open.take() {
            table.sha256 = hex(&hash.finalize());
            self.tables.push(table);
        }
    }
}

/// The checksum and the number of all rows.
pub(super) fn totals(tables: &[ArchivedTable]) -> (String, u64) {
    (checksum(tables), tables.iter().map(|table| table.rows).sum())
}

fn options() -> SimpleFileOptions {
    // The size of an entry is not known when it begins.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    options.compression_level(Some(COMPRESSION)).unix_permissions(0o600)
}

/// An output that is encrypted if there is a passphrase.
pub(super) enum Sealed<W: Write> {
    Open(W),
    Age(Box<age::stream::StreamWriter<W>>),
}

impl<W: Write> Sealed<W> {
    pub(super) fn new(output: W, passphrase: Option<&SecretString>) -> std::io::Result<Self> {
        match passphrase {
            None => Ok(Self::Open(output)),
            Some(passphrase) => {
                let encryptor = age::Encryptor::with_user_passphrase(passphrase.clone());
                Ok(Self::Age(Box::new(encryptor.wrap_output(output)?)))
            }
        }
    }

    /// Writes the end of the encrypted file.
    pub(super) fn finish(self) -> std::io::Result<W> {
        match self {
            Self::Open(output) => Ok(output),
            Self::Age(writer) => writer.finish(),
        }
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Open(output) => output.write(bytes),
            Self::Age(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Open(output) => output.flush(),
            Self::Age(writer) => writer.flush(),
        }
    }
}
