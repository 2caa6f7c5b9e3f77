//! The one table that a bench prints.

/// One line: what, what we took, what the other side took, how they compare, and how they should.
struct Row {
    measure: String,
    ours: String,
    theirs: String,
    value: Option<f64>,
    most: Option<f64>,
}

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// A ratio of ours to theirs, and the most it may be where there is a goal.
    pub fn ratio(&mut self, measure: &str, ours: String, theirs: String, ratio: f64, most: Option<f64>) {
        eprintln!("{measure}: {ours} beside {theirs}, ratio {ratio:.2}");
        self.rows.push(Row { measure: measure.to_owned(), ours, theirs, value: Some(ratio), most });
    }

    /// A figure with nothing beside it.
    pub fn figure(&mut self, measure: &str, ours: String) {
        eprintln!("{measure}: {ours}");
        self.rows.push(Row { measure: measure.to_owned(), ours, theirs: String::new(), value: None, most: None });
    }

    pub fn markdown(&self) -> String {
        let mut text =
            "| measure | Holdfast | the other | ratio | goal | |\n|---|---:|---:|---:|---:|---|\n".to_owned();
        for row in &self.rows {
            let number =
                |value: Option<f64>, before: &str| value.map_or(String::new(), |value| format!("{before}{value:.2}"));
            let verdict = match (row.value, row.most) {
                (Some(value), Some(most)) if value <= most => "met",
                (Some(_), Some(_)) => "missed",
                _ => "",
            };
            let (ratio, goal) = (number(row.value, ""), number(row.most, "≤ "));
            text += &format!("| {} | {} | {} | {ratio} | {goal} | {verdict} |\n", row.measure, row.ours, row.theirs);
        }
        text
    }
}
