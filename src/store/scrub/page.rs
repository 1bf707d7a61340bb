//! The unused bytes of a page of a SQLite file. SQLite overwrites what is deleted, but when it moves rows between pages,
//! copies of them stay in the unused part of the page that they leave, and nothing overwrites those when the rows are
//! deleted later. See <https://www.sqlite.org/fileformat2.html#b_tree_pages>.

/// The first page begins with the header of the file.
const FILE_HEADER: usize = 100;
/// Bytes of the header of a free block, which must stay: the next block's place, and the size.
const FREE_BLOCK: usize = 4;

/// Overwrites the unused bytes of a page that holds rows. `reserved` bytes at its end are not SQLite's to use. Returns
/// whether it changed anything; does not change pages of any other kind.
pub(super) fn scrub(page: &mut [u8], number: i64, reserved: usize) -> bool {
    let Some(unused) = unused(page, number, reserved) else { return false };
    let mut changed = false;
    for range in unused {
        let bytes = &mut page[range];
        if bytes.iter().any(|byte| *byte != 0) {
            bytes.fill(0);
            changed = true;
        }
    }
    changed
}

/// The unused ranges; `None` if this is no page with rows.
fn unused(page: &[u8], number: i64, reserved: usize) -> Option<Vec<std::ops::Range<usize>>> {
    let start = if number == 1 { FILE_HEADER } else { 0 };
    // Pages of other kinds begin with a page's number, whose first byte is 0 in files of up to 64 GiB.
    let header = match page.get(start)? {
        2 | 5 => 12,
        10 | 13 => 8,
        _ => return None,
    };
    let usable = page.len().checked_sub(reserved)?;
    let (mut block, rows) = (short(page, start + 1)?, short(page, start + 3)?);
    let content = match short(page, start + 5)? {
        0 => 65_536,
        content => content,
    };
    let pointers = start + header..start + header + 2 * rows;
    if pointers.end > content || content > usable {
        return None;
    }
    for pointer in pointers.clone().step_by(2) {
        if !(content..usable).contains(&short(page, pointer)?) {
            return None;
        }
    }
    let mut unused = Vec::with_capacity(4);
    unused.push(pointers.end..content);
    let mut last = content;
    while block != 0 {
        let size = short(page, block + 2)?;
        let end = block + size;
        if block < last || size < FREE_BLOCK || end > usable {
            return None;
        }
        unused.push(block + FREE_BLOCK..end);
        (last, block) = (end, short(page, block)?);
    }
    Some(unused)
}

fn short(page: &[u8], place: usize) -> Option<usize> {
    let bytes = page.get(place..place + 2)?;
    Some(usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A leaf with one row at the end, a free block before it, and remains in all unused bytes.
    fn leaf() -> Vec<u8> {
        let mut page = vec![b'x'; 64];
        page[..10].copy_from_slice(&[13, 0, 40, 0, 1, 0, 40, 0, 0, 56]);
        page[40..44].copy_from_slice(&[0, 0, 0, 16]);
        page
    }

    #[test]
    fn only_the_row_and_the_structure_stay() {
        let mut page = leaf();
        assert!(scrub(&mut page, 2, 0));
        let mut expected = vec![0; 64];
        expected[..10].copy_from_slice(&[13, 0, 40, 0, 1, 0, 40, 0, 0, 56]);
        expected[43] = 16;
        expected[56..].fill(b'x');
        assert_eq!(page, expected);
        assert!(!scrub(&mut page, 2, 0), "there is nothing left to do");
    }

    #[test]
    fn pages_of_other_kinds_and_impossible_ones_are_not_changed() {
        let overflow = [&[0, 0, 0, 7], &[b'x'; 60][..]].concat();
        let mut changes: Vec<(usize, u8)> = vec![(4, 40), (6, 4), (9, 4), (42, 200), (43, 3), (40, 1), (2, 63)];
        changes.extend([(0, 0), (0, 1)]);
        for (place, value) in changes {
            let mut page = leaf();
            page[place] = value;
            let before = page.clone();
            assert!(!scrub(&mut page, 2, 0), "{place}: {value}");
            assert_eq!(page, before);
        }
        assert!(!scrub(&mut overflow.clone(), 3, 0));
        assert!(!scrub(&mut [], 3, 0));
    }
}
