//! A figure as it is shown, and the goal that it is held to.

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// The more the better, and at least so much.
    AtLeast(f64),
    /// The less the better, and at most so much.
    AtMost(f64),
    /// There is none.
    None,
}

/// A figure, beside what it is to be compared with.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: f64,
    /// Whose, and that.
    pub(crate) peer: Option<(&'static str, f64)>,
    /// Of ours and of the peer's.
    pub(crate) unit: &'static str,
    /// Of the ratio, or of ours where there is no peer.
    pub(crate) goal: Goal,
}

impl Row {
    fn value(&self) -> f64 {
        self.peer.map_or(self.ours, |(_, peer)| self.ours / peer)
    }

    /// Whether the goal is met, if there is one. What is no number meets none.
    fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::AtLeast(least) => Some(self.value() >= least),
            Goal::AtMost(most) => Some(self.value() <= most),
            Goal::None => None,
        }
    }

    /// The row of a table.
    pub(crate) fn shown(&self) -> String {
        let Row { what, ours, peer, unit, goal } = self;
        let peer = peer.map_or("–".into(), |(name, peer)| format!("{name}: {} {unit}", digits(peer)));
        let goal = match goal {
            Goal::AtLeast(least) => format!("≥ {least}"),
            Goal::AtMost(most) => format!("≤ {most}"),
            Goal::None => "–".into(),
        };
        let verdict = self.met().map_or("–", |met| if met { "met" } else { "missed" });
        let (ours, value) = (digits(*ours), digits(self.value()));
        format!("| {what} | {ours} {unit} | {peer} | {value} | {goal} | {verdict} |")
    }

    /// The same as JSON.
    pub(crate) fn json(&self) -> String {
        let Row { what, ours, peer, unit, goal } = self;
        let or_null = |figure: Option<f64>| figure.map_or("null".into(), |figure| format!("{figure:.4}"));
        let name = peer.map_or("null".into(), |(name, _)| format!("\"{name}\""));
        let goal = match goal {
            Goal::AtLeast(goal) | Goal::AtMost(goal) => Some(*goal),
            Goal::None => None,
        };
        let met = self.met().map_or("null".into(), |met| met.to_string());
        format!(
            "{{\"name\": \"{what}\", \"unit\": \"{unit}\", \"ours\": {ours:.4}, \"peer_name\": {name}, \
             \"peer\": {}, \"value\": {:.4}, \
             \"goal\": {}, \"met\": {met}}}",
            or_null(peer.map(|(_, peer)| peer)),
            self.value(),
            or_null(goal)
        )
    }
}

/// As many digits as say something.
fn digits(figure: f64) -> String {
    if figure.abs() >= 100.0 { format!("{figure:.0}") } else { format!("{figure:.2}") }
}

/// The one in the middle.
pub(crate) fn median(figures: Vec<f64>) -> f64 {
    quantile(figures, 0.5)
}

/// The one that this part of them is less than.
pub(crate) fn quantile(mut figures: Vec<f64>, part: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    sorted_quantile(&figures, part)
}

/// The same of figures in order.
pub(crate) fn sorted_quantile(sorted: &[f64], part: f64) -> f64 {
    // A length fits, and what is past the end is the last.
    let at = crate::draw::whole(sorted.len() as f64 * part);
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
