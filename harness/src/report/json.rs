//! The canonical report, `proofhouse.report/1`: keys in the order of the model, numbers finite.

use crate::model::report::Report;

/// Pretty JSON with a newline at its end; the same report always gives the same bytes.
pub(crate) fn render(report: &Report) -> Vec<u8> {
    // A report holds no maps with other keys than text, so writing it cannot fail.
    let mut bytes = serde_json::to_vec_pretty(report).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::testdata;

    #[test]
    fn read_again_it_is_the_same_report() {
        for name in testdata::REPORTS {
            let report = testdata::report(name);
            let bytes = render(&report);
            assert_eq!(
                String::from_utf8(bytes.clone()).unwrap(),
                testdata::json(name)
            );
            assert_eq!(serde_json::from_slice::<Report>(&bytes).unwrap(), report);
        }
    }

    #[test]
    fn hostile_text_survives() {
        let report = testdata::hostile();
        let read: Report = serde_json::from_slice(&render(&report)).unwrap();
        assert_eq!(read, report);
    }
}
