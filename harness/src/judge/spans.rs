//! When it was bad: the shortest stretch of seconds that holds most of the bad ones.

/// Share of the bad seconds that the stretch must hold.
const MOST: f64 = 0.8;

/// Says in words where most bad seconds lie; `windows` are (second, bad) in any order.
///
/// `None` when no second was bad by itself.
pub(crate) fn when(windows: impl IntoIterator<Item = (u32, bool)>) -> Option<String> {
    let mut windows: Vec<(u32, bool)> = windows.into_iter().collect();
    windows.sort_unstable();
    let bad: Vec<u32> = windows.iter().filter(|w| w.1).map(|w| w.0).collect();
    let (first, last) = widened(&bad, shortest(&bad)?);
    let told = format!("{} of {} s were bad", bad.len(), windows.len());
    if bad.len() * 10 >= windows.len() * 9 {
        return Some(format!("throughout: {told}"));
    }
    let to = last + 1;
    Some(format!(
        "mostly {first} s to {to} s after the load began; {told}"
    ))
}

/// The shortest stretch with at least [`MOST`] of the seconds, the earliest of several.
fn shortest(bad: &[u32]) -> Option<(u32, u32)> {
    let needed = ((bad.len() as f64 * MOST).ceil() as usize).max(1);
    bad.windows(needed)
        .map(|stretch| (stretch[0], stretch[needed - 1]))
        .min_by_key(|(first, last)| (last - first, *first))
}

/// Takes in the bad seconds that touch the stretch.
fn widened(bad: &[u32], (mut first, mut last): (u32, u32)) -> (u32, u32) {
    while first > 0 && bad.binary_search(&(first - 1)).is_ok() {
        first -= 1;
    }
    while bad.binary_search(&(last + 1)).is_ok() {
        last += 1;
    }
    (first, last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seconds(range: std::ops::Range<u32>, bad: impl Fn(u32) -> bool) -> Option<String> {
        when(range.map(|t| (t, bad(t))))
    }

    #[test]
    fn a_burst_is_found_despite_a_stray_second() {
        let text = seconds(0..60, |t| (15..35).contains(&t) || t == 50).unwrap();
        assert!(text.starts_with("mostly 15 s to 35 s"), "{text}");
        assert!(text.ends_with("21 of 60 s were bad"), "{text}");
    }

    #[test]
    fn always_and_never() {
        assert!(seconds(0..30, |_| true).unwrap().starts_with("throughout"));
        assert_eq!(seconds(0..30, |_| false), None);
        assert_eq!(seconds(0..0, |_| true), None);
    }
}
