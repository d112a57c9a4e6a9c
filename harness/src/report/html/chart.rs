//! Axes, lines and bands in SVG: whole coordinates in a fixed box, so that a page stays small.

use super::markup::text;
use crate::report::columns::short;

/// Width of the box.
pub(crate) const WIDTH: i32 = 960;
/// Left, right and upper edge of what is drawn in; below it come the labels.
const LEFT: i32 = 108;
const RIGHT: i32 = 944;
const TOP: i32 = 58;
/// Room below for the labels of the axis.
const BELOW: i32 = 46;

/// From values to coordinates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    from: f64,
    to: f64,
    log: bool,
    start: i32,
    end: i32,
}

impl Scale {
    /// The coordinate of a value; what is outside stands at the edge.
    pub fn at(&self, value: f64) -> i32 {
        let bent = |value: f64| {
            if self.log {
                value.max(self.from).ln()
            } else {
                value
            }
        };
        let (from, to) = (bent(self.from), bent(self.to));
        let share = ((bent(value) - from) / (to - from)).clamp(0.0, 1.0);
        self.start + (share * f64::from(self.end - self.start)).round() as i32
    }
}

/// A chart that is being drawn.
pub(crate) struct Chart {
    height: i32,
    x: Scale,
    y: Scale,
    drawn: String,
}

/// What a chart's upright axis spans.
pub(crate) struct Upright {
    /// Smallest value that must be seen, above 0; only a logarithmic axis asks.
    pub least: f64,
    /// Greatest.
    pub most: f64,
    /// Written at the axis.
    pub unit: &'static str,
    /// Whether steps multiply.
    pub log: bool,
}

impl Chart {
    /// An empty chart `height` high, from `from` to `to` along, with an upright axis.
    pub fn new(height: i32, (from, to): (f64, f64), upright: &Upright) -> Self {
        let bottom = height - BELOW;
        let most = if upright.most > 0.0 {
            upright.most
        } else {
            1.0
        };
        let ticks = match upright.log {
            true => decades(upright.least.max(most / 1e6), most),
            false => steps(most, 4),
        };
        let first = ticks.first().copied().unwrap_or(0.0);
        let last = ticks.last().copied().unwrap_or(1.0);
        let mut chart = Self {
            height,
            x: Scale {
                from,
                to: if to > from { to } else { from + 1.0 },
                log: false,
                start: LEFT,
                end: RIGHT,
            },
            y: Scale {
                from: first,
                to: if last > first { last } else { first + 1.0 },
                log: upright.log,
                start: bottom,
                end: TOP,
            },
            drawn: String::new(),
        };
        chart.upright(&ticks, upright.unit);
        chart
    }

    fn upright(&mut self, ticks: &[f64], unit: &str) {
        let mut grid = String::new();
        for tick in ticks {
            let y = self.y.at(*tick);
            grid.push_str(&format!("M{LEFT} {y}H{RIGHT}"));
            let label = label(*tick);
            let at = y + 8;
            self.push(&format!(
                "<text class=\"e\" x=\"{}\" y=\"{at}\">{label}</text>",
                LEFT - 10
            ));
        }
        self.push(&format!("<path class=\"g\" d=\"{grid}\"/>"));
        self.push(&format!("<text x=\"0\" y=\"27\">{}</text>", text(unit)));
    }

    /// Labels along the axis.
    pub fn along(&mut self, ticks: &[(f64, String)]) {
        for (value, word) in ticks {
            let x = self.x.at(*value);
            let side = match x {
                x if x > RIGHT - 40 => "e",
                // A wide word would run into the labels of the other axis.
                x if x < LEFT + 40 && word.len() > 2 => "s",
                _ => "m",
            };
            let (y, word) = (self.height - 12, text(word));
            self.push(&format!(
                "<text class=\"{side}\" x=\"{x}\" y=\"{y}\">{word}</text>"
            ));
        }
    }

    /// Labels along the axis at even steps.
    pub fn along_steps(&mut self, unit: &str) {
        let span = self.x.to - self.x.from;
        let mut ticks: Vec<(f64, String)> = steps(span, 6)
            .into_iter()
            .filter(|tick| *tick <= span * 1.001)
            .map(|tick| (self.x.from + tick, label(self.x.from + tick)))
            .collect();
        if let Some((_, word)) = ticks.last_mut() {
            word.push_str(unit);
        }
        self.along(&ticks);
    }

    /// A line through points in order; `None` breaks it. A lonely point becomes a dot.
    pub fn line(&mut self, class: &str, points: &[(f64, Option<f64>)]) {
        let mut path = String::new();
        let mut before: Option<(i32, i32)> = None;
        for (x, y) in points {
            let Some(y) = y.filter(|y| y.is_finite()) else {
                before = None;
                continue;
            };
            let (px, py) = (self.x.at(*x), self.y.at(y));
            match before {
                None => path.push_str(&format!("M{px} {py}h1")),
                Some((bx, by)) if py == by => path.push_str(&format!("h{}", px - bx)),
                Some((bx, by)) => path.push_str(&format!("l{} {}", px - bx, py - by)),
            }
            before = Some(match before {
                None => (px + 1, py),
                Some(_) => (px, py),
            });
        }
        if !path.is_empty() {
            self.push(&format!("<path class=\"{class}\" d=\"{path}\"/>"));
        }
    }

    /// A level line with a word at its right end.
    pub fn level(&mut self, class: &str, value: f64, word: &str) {
        let y = self.y.at(value);
        let above = if y < TOP + 30 { y + 26 } else { y - 8 };
        self.push(&format!(
            "<path class=\"{class}\" d=\"M{LEFT} {y}H{RIGHT}\"/>"
        ));
        let word = text(word);
        self.push(&format!(
            "<text class=\"t e\" x=\"{RIGHT}\" y=\"{above}\">{word}</text>"
        ));
    }

    /// A band between two values, over the whole width.
    pub fn band(&mut self, class: &str, low: f64, high: f64) {
        let (top, bottom) = (self.y.at(high), self.y.at(low));
        let height = (bottom - top).max(3);
        self.rect(class, LEFT, top, RIGHT - LEFT, height);
    }

    /// A stretch along the axis, over the whole height, with a word at its top.
    pub fn stretch(&mut self, class: &str, (from, to): (f64, f64), word: &str) {
        let (left, right) = (self.x.at(from), self.x.at(to));
        let bottom = self.height - BELOW;
        self.rect(class, left, TOP, (right - left).max(3), bottom - TOP);
        if !word.is_empty() {
            let (x, word) = (left + 6, text(word));
            let side = if x > WIDTH * 2 / 3 { "t e" } else { "t" };
            let x = if x > WIDTH * 2 / 3 {
                right.max(left)
            } else {
                x
            };
            self.push(&format!(
                "<text class=\"{side}\" x=\"{x}\" y=\"{}\">{word}</text>",
                TOP - 10
            ));
        }
    }

    /// An upright line with a word beside its top.
    pub fn mark(&mut self, at: f64, word: &str) {
        let (x, bottom) = (self.x.at(at), self.height - BELOW);
        self.push(&format!("<path class=\"d\" d=\"M{x} {TOP}V{bottom}\"/>"));
        let (left, y, word) = (x + 6, TOP + 26, text(word));
        self.push(&format!(
            "<text class=\"p\" x=\"{left}\" y=\"{y}\">{word}</text>"
        ));
    }

    /// Bars from the foot: where each begins and ends along, and its value.
    pub fn bars(&mut self, class: &str, bars: &[((f64, f64), f64)]) {
        let bottom = self.height - BELOW;
        let mut path = String::new();
        for ((from, to), value) in bars {
            let (left, right) = (self.x.at(*from), self.x.at(*to));
            let top = self.y.at(*value).min(bottom - 3);
            let right = right.max(left + 2);
            path.push_str(&format!("M{left} {bottom}V{top}H{right}V{bottom}z"));
        }
        self.push(&format!("<path class=\"{class}\" d=\"{path}\"/>"));
    }

    /// A short bar at the foot.
    pub fn foot(&mut self, class: &str, (from, to): (f64, f64)) {
        let (left, right) = (self.x.at(from), self.x.at(to));
        self.rect(
            class,
            left,
            self.height - BELOW - 18,
            (right - left).max(4),
            18,
        );
    }

    /// A dot, or a diamond.
    pub fn dot(&mut self, class: &str, (x, y): (f64, f64), diamond: bool) {
        let (x, y) = (self.x.at(x), self.y.at(y));
        self.push(&match diamond {
            true => {
                let top = y - 11;
                format!(
                    "<polygon class=\"{class}\" points=\"{x},{top} {},{y} {x},{} {},{y}\"/>",
                    x + 11,
                    y + 11,
                    x - 11
                )
            }
            false => format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"7\"/>"),
        });
    }

    fn rect(&mut self, class: &str, x: i32, y: i32, width: i32, height: i32) {
        self.push(&format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }

    fn push(&mut self, svg: &str) {
        self.drawn.push_str(svg);
    }

    /// The figure: a caption in HTML, and a text that says what is to be seen.
    pub fn figure(self, caption: &str, told: &str) -> String {
        let (told, height) = (text(told), self.height);
        format!(
            "<figure><figcaption>{caption}</figcaption>\
             <svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{told}\">{}</svg></figure>\n",
            self.drawn
        )
    }
}

/// A number at an axis.
fn label(value: f64) -> String {
    if value.abs() >= 1e6 {
        return format!("{}M", trimmed(value / 1e6));
    }
    if value.abs() >= 1e4 {
        return format!("{}k", trimmed(value / 1e3));
    }
    trimmed(value)
}

fn trimmed(value: f64) -> String {
    let rounded = (value * 1000.0).round() / 1000.0;
    match rounded.abs() {
        v if v >= 100.0 => format!("{rounded:.0}"),
        _ => format!("{rounded}"),
    }
}

/// From 0 in steps of 1, 2 or 5 times a power of ten, the last at or above `most`.
fn steps(most: f64, wanted: u32) -> Vec<f64> {
    if !(most.is_finite() && most > 0.0) {
        return vec![0.0, 1.0];
    }
    let raw = most / f64::from(wanted);
    let power = 10_f64.powf(raw.log10().floor());
    let nice = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|n| n * power >= raw * 0.999);
    let step = nice.unwrap_or(10.0) * power;
    let count = (most / step * 0.999).ceil() as u32;
    (0..=count.max(1)).map(|n| f64::from(n) * step).collect()
}

/// Powers of ten from at or below `least` to at or above `most`.
fn decades(least: f64, most: f64) -> Vec<f64> {
    let from = least.log10().floor() as i32;
    let to = (most.log10().ceil() as i32).max(from + 1);
    (from..=to).map(|power| 10_f64.powi(power)).collect()
}

/// `12.3 ms`, for texts about a chart.
pub(crate) fn told_ms(value: f64) -> String {
    format!("{} ms", short(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upright(most: f64, log: bool) -> Upright {
        Upright {
            least: 1.0,
            most,
            unit: "ms",
            log,
        }
    }

    #[test]
    fn steps_are_round_and_reach_the_greatest() {
        assert_eq!(steps(37.0, 4), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(steps(1033.0, 4), [0.0, 500.0, 1000.0, 1500.0]);
        assert_eq!(steps(f64::NAN, 4), [0.0, 1.0]);
        assert_eq!(decades(3.0, 1033.0), [1.0, 10.0, 100.0, 1000.0, 10000.0]);
    }

    #[test]
    fn values_stay_inside_the_box() {
        for log in [false, true] {
            let chart = Chart::new(380, (0.0, 30.0), &upright(100.0, log));
            for value in [f64::NEG_INFINITY, -1.0, 0.0, 1.0, 100.0, 1e9, f64::INFINITY] {
                let y = chart.y.at(value);
                assert!((TOP..=380 - BELOW).contains(&y), "{value}: {y}");
            }
        }
    }

    #[test]
    fn a_gap_breaks_the_line_and_coordinates_do_not_drift() {
        let mut chart = Chart::new(380, (0.0, 1000.0), &upright(100.0, false));
        let points: Vec<(f64, Option<f64>)> = (0..=1000)
            .map(|n| (f64::from(n), (n != 500).then_some(f64::from(n % 7))))
            .collect();
        chart.line("b", &points);
        let path = chart.drawn.rsplit(" d=\"").next().unwrap_or_default();
        assert_eq!(path.matches('M').count(), 2);
        let last = chart.x.at(1000.0);
        let mut x = 0;
        for part in path.split(['M', 'l', 'h']).skip(1) {
            let number: String = part
                .chars()
                .take_while(|c| c.is_ascii_digit() || *c == '-')
                .collect();
            let number: i32 = number.parse().unwrap_or_default();
            // An absolute move is far to the right of what a step can be.
            x = if number >= LEFT { number } else { x + number };
        }
        assert_eq!(x, last);
    }
}
