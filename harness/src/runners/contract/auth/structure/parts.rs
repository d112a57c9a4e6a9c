//! ST-1 and ST-2: how many parts there are, and that none of them is empty.

use super::super::case::Made;
use super::super::session::Session;
use super::refused;

fn parts(session: &Session<'_>) -> Result<[String; 3], String> {
    let token = session.good(None)?;
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts
        .try_into()
        .map_err(|_| "a good token has three parts".to_owned())
}

/// ST-1.
pub(super) fn count(session: &Session<'_>) -> Made {
    let [h, p, s] = &parts(session)?;
    let forms = [
        ("1 part", h.clone()),
        ("1 part, all of it without dots", format!("{h}{p}{s}")),
        ("2 parts", format!("{h}.{p}")),
        ("2 parts, the signature second", format!("{h}.{s}")),
        ("4 parts", format!("{h}.{p}.{s}.{s}")),
        ("5 parts", format!("{h}.{p}.{s}.{s}.{s}")),
        ("an empty part behind", format!("{h}.{p}.{s}.")),
        ("an empty part before", format!(".{h}.{p}.{s}")),
        ("an empty part between", format!("{h}..{p}.{s}")),
    ];
    let case = |(name, token): (&str, String)| refused(session, "ST-1", name, &token);
    Ok(forms.map(case).to_vec())
}

/// ST-2.
pub(super) fn empty(session: &Session<'_>) -> Made {
    let [h, p, s] = &parts(session)?;
    let forms = [
        ("no header", format!(".{p}.{s}")),
        ("no payload", format!("{h}..{s}")),
        ("no signature", format!("{h}.{p}.")),
        ("only a header", format!("{h}..")),
        ("only a payload", format!(".{p}.")),
        ("only a signature", format!("..{s}")),
        ("nothing but dots", "..".to_owned()),
        ("nothing", String::new()),
    ];
    let case = |(name, token): (&str, String)| refused(session, "ST-2", name, &token);
    Ok(forms.map(case).to_vec())
}
