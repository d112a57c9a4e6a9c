//! How many lines a change adds and removes, as a pull request counts them.

/// Above so many comparisons of lines a change is counted as if every line of it were new.
const MOST_COMPARISONS: usize = 4_000_000;
/// Git calls a file binary that has a NUL among its first bytes.
const LOOKED_AT: usize = 8_000;

/// Lines added and lines removed; none of a binary file.
pub(in super::super) fn changed_lines(old: &[u8], new: &[u8]) -> (u64, u64) {
    if is_binary(old) || is_binary(new) {
        return (0, 0);
    }
    let (old, new) = (lines(old), lines(new));
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same_start..], &new[same_start..]);
    let pairs = old.iter().rev().zip(new.iter().rev());
    let same_end = pairs.take_while(|(a, b)| a == b).count();
    let old = &old[..old.len() - same_end];
    let new = &new[..new.len() - same_end];
    let same = longest_common(old, new);
    ((new.len() - same) as u64, (old.len() - same) as u64)
}

fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(LOOKED_AT)].contains(&0)
}

fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The length of the longest common subsequence, row by row.
fn longest_common(old: &[&[u8]], new: &[&[u8]]) -> usize {
    if old.len().saturating_mul(new.len()) > MOST_COMPARISONS {
        return 0;
    }
    let mut row = vec![0; new.len() + 1];
    for a in old {
        let mut diagonal = 0;
        for (at, b) in new.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if a == b {
                diagonal + 1
            } else {
                above.max(row[at])
            };
            diagonal = above;
        }
    }
    row[new.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_git_counts_them() {
        assert_eq!(changed_lines(b"", b"a\nb\n"), (2, 0));
        assert_eq!(changed_lines(b"a\nb\nc\n", b"a\nx\nc\n"), (1, 1));
        assert_eq!(changed_lines(b"a\nb", b"a\nb\n"), (1, 1));
        assert_eq!(changed_lines(b"a\nb\nc\nd\n", b"b\nd\ne\n"), (1, 2));
        assert_eq!(changed_lines(b"a\0b\n", b"c\n"), (0, 0));
        assert_eq!(changed_lines(b"a\n", b"a\n"), (0, 0));
    }
}
