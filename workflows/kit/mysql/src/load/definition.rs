//! Definitions rewritten for where they go: another account as definer, another schema. By token, never by pattern: the text
//! of a body, a comment or a string stays as it is.

use std::ops::Range;

use holdfast_archive::index::{ObjectKind, StoredObject};

use super::tokens::{Kind, Tokens};
use crate::wire::quote_name;

/// The definition with the account that runs it as definer. Text without a DEFINER comes back as it is.
pub(crate) fn with_current_definer(create: &str) -> String {
    let tokens = Tokens::of(create);
    match definer(&tokens) {
        Some(at) => replace(create, &[(at, "CURRENT_USER".to_owned())]),
        None => create.to_owned(),
    }
}

/// The definition without its definer, to compare what is left.
pub(crate) fn without_definer(create: &str) -> String {
    let tokens = Tokens::of(create);
    match definer(&tokens) {
        Some(at) => replace(create, &[(at, String::new())]),
        None => create.to_owned(),
    }
}

/// Where the account stands in `DEFINER=account`, looked for in the head of the statement only.
fn definer(tokens: &Tokens) -> Option<Range<usize>> {
    let head = (0..tokens.len()).take_while(|at| !OBJECTS.iter().any(|word| tokens.is(*at, word)));
    let definer = head.into_iter().find(|at| tokens.is(*at, "DEFINER") && tokens.is_sign(at + 1, "="))?;
    let user = definer + 2;
    let last = if tokens.is_sign(user + 1, "@") { user + 2 } else { user };
    Some(tokens.list.get(user)?.at.start..tokens.list.get(last)?.at.end)
}

const OBJECTS: [&str; 6] = ["VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "PACKAGE", "EVENT"];

/// A table's CREATE in schema `to`. The server qualifies only what a default takes from a sequence, so every `from`.x is one.
pub(crate) fn table_in_schema(create: &str, from: &str, to: &str) -> String {
    requalify(create, from, to, |_, _| true)
}

/// A view's definition in schema `to`.
///
/// The server prints the schema before every name when the view reads from several, else only inside nextval() and its like.
/// Where the view has a table or alias named like the schema, only what cannot be `alias`.`column` is changed.
pub(crate) fn view_in_schema(create: &str, from: &str, to: &str) -> String {
    requalify(create, from, to, |tokens, at| {
        let alias = (0..tokens.len()).any(|i| {
            is_named(tokens, i, from) && !tokens.is_sign(i + 1, ".") && !tokens.is_sign(i.wrapping_sub(1), ".")
        });
        let three_parts = tokens.is_sign(at + 3, ".");
        let sequence = at >= 2 && ["NEXTVAL", "LASTVAL", "SETVAL"].iter().any(|word| tokens.is(at - 2, word));
        !alias || three_parts || sequence
    })
}

/// A GRANT on another schema. In GRANT a schema's name is a pattern, in which `_` and `%` may stand behind a backslash.
pub(crate) fn grant_in_schema(grant: &str, from: &str, to: &str) -> String {
    let as_pattern = |name: &str| name.replace('_', "\\_").replace('%', "\\%");
    let escaped = requalify(grant, &as_pattern(from), &as_pattern(to), |_, _| true);
    requalify(&escaped, from, to, |_, _| true)
}

/// `CREATE USER x` or `CREATE ROLE x` that leaves one who is there alone.
pub(crate) fn if_not_exists(create: &str) -> String {
    let tokens = Tokens::of(create);
    match tokens.list.get(1) {
        Some(kind) if !tokens.is(2, "IF") => {
            replace(create, &[(kind.at.end..kind.at.end, " IF NOT EXISTS".to_owned())])
        }
        _ => create.to_owned(),
    }
}

/// Whether a view names what no archive of `schema` can hold: it had no columns, so the source could not resolve it either; or it
/// reads from another schema, which makes the server print every column with its schema.
pub(crate) fn may_be_left_out(object: &StoredObject, schema: &str) -> bool {
    if object.kind != ObjectKind::View {
        return false;
    }
    let tokens = Tokens::of(&object.create);
    let qualified = |at: usize| {
        tokens.kind(at) == Some(Kind::Name) && tokens.is_sign(at + 1, ".") && tokens.kind(at + 2) == Some(Kind::Name)
    };
    let of_another = |at: usize| qualified(at) && !is_named(&tokens, at, schema);
    let read_from = |at: usize| ["FROM", "JOIN"].iter().any(|word| tokens.is(at, word));
    let other_schema = (1..tokens.len()).any(|at| {
        let three_parts = tokens.is_sign(at + 3, ".") && !tokens.is_sign(at - 1, ".");
        let source = read_from(at - 1) || tokens.is_sign(at - 1, "(") && at >= 2 && read_from(at - 2);
        of_another(at) && (three_parts || source)
    });
    object.columns.is_empty() || other_schema
}

fn requalify(create: &str, from: &str, to: &str, is_schema: impl Fn(&Tokens, usize) -> bool) -> String {
    if from == to {
        return create.to_owned();
    }
    let tokens = Tokens::of(create);
    let qualifies = |at: usize| {
        let first_part = at == 0 || !tokens.is_sign(at - 1, ".");
        first_part && is_named(&tokens, at, from) && tokens.is_sign(at + 1, ".") && is_schema(&tokens, at)
    };
    let edits: Vec<_> =
        (0..tokens.len()).filter(|at| qualifies(*at)).map(|at| (tokens.list[at].at.clone(), quote_name(to))).collect();
    replace(create, &edits)
}

fn is_named(tokens: &Tokens, at: usize, name: &str) -> bool {
    tokens.kind(at) == Some(Kind::Name) && tokens.name(at).as_deref() == Some(name)
}

/// A trigger's definition without the schema that a person may have written before its name and its table's: the server keeps
/// the statement as it was typed. The body is not touched.
pub(crate) fn trigger_in_schema(create: &str, from: &str, to: &str) -> String {
    if from == to {
        return create.to_owned();
    }
    let tokens = Tokens::of(create);
    let Some(trigger) = tokens.find(0, &["TRIGGER"]) else { return create.to_owned() };
    let head_end = tokens.find(trigger, &["EACH", "ROW"]).unwrap_or(trigger);
    let qualifies = |at: &usize| {
        tokens.name(*at).as_deref() == Some(from) && tokens.is_sign(at + 1, ".") && !tokens.is_sign(at - 1, ".")
    };
    let edits: Vec<_> = (trigger + 1..head_end)
        .filter(qualifies)
        .map(|at| (tokens.list[at].at.start..tokens.list[at + 1].at.end, String::new()))
        .collect();
    replace(create, &edits)
}

/// `text` with each range replaced; ranges are in order and do not overlap.
fn replace(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(&text[at..range.start]);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definer_is_replaced_in_the_head_only() {
        let body = "PROCEDURE `p`()\nSELECT 'DEFINER=`a`@`b`' /* DEFINER=`a`@`b` */";
        assert_eq!(
            with_current_definer(&format!("CREATE DEFINER=`we``b`@`%` {body}")),
            format!("CREATE DEFINER=CURRENT_USER {body}")
        );
        assert_eq!(
            with_current_definer(&format!("CREATE DEFINER=`role` {body}")),
            format!("CREATE DEFINER=CURRENT_USER {body}")
        );
        assert_eq!(
            with_current_definer(&format!("CREATE DEFINER=\"a\"@\"b\" {body}")),
            format!("CREATE DEFINER=CURRENT_USER {body}")
        );
        assert_eq!(with_current_definer(&format!("CREATE {body}")), format!("CREATE {body}"));
    }

    #[test]
    fn a_view_moves_to_another_schema_with_what_it_names() {
        let view = "CREATE VIEW `v` AS select nextval(`shop`.`s`) AS `shop.x`,'`shop`.`t`' AS `y` from `t`";
        assert_eq!(view_in_schema(view, "shop", "copy"), view.replace("nextval(`shop`", "nextval(`copy`"));
        let many = "CREATE VIEW `v` AS select `shop`.`par`.`a` AS `a` from (`shop`.`par` join `mysql`.`db`)";
        assert_eq!(view_in_schema(many, "shop", "copy"), many.replace("`shop`", "`copy`"));
        let alias = "CREATE VIEW `v` AS select `shop`.`a` AS `a` from `par` `shop`";
        assert_eq!(view_in_schema(alias, "shop", "copy"), alias);
    }

    #[test]
    fn grants_follow_the_schema_whether_its_name_is_escaped_or_not() {
        let moved = |grant: &str| grant_in_schema(grant, "my_shop", "copy_1");
        assert_eq!(moved("GRANT SELECT ON `my\\_shop`.* TO `a`@`%`"), "GRANT SELECT ON `copy\\_1`.* TO `a`@`%`");
        assert_eq!(moved("GRANT SELECT ON `my_shop`.`t` TO `a`@`%`"), "GRANT SELECT ON `copy_1`.`t` TO `a`@`%`");
        assert_eq!(
            if_not_exists("CREATE USER `a`@`%` IDENTIFIED BY PASSWORD 'x'"),
            "CREATE USER IF NOT EXISTS `a`@`%` IDENTIFIED BY PASSWORD 'x'"
        );
    }

    #[test]
    fn a_trigger_loses_the_schema_of_its_head_alone() {
        let trigger = "CREATE DEFINER=`r`@`h` trigger shop.tr1 before insert on `shop`.par for each row insert into shop.log values (1)";
        let moved =
            "CREATE DEFINER=`r`@`h` trigger tr1 before insert on par for each row insert into shop.log values (1)";
        assert_eq!(trigger_in_schema(trigger, "shop", "copy"), moved);
        assert_eq!(trigger_in_schema(trigger, "shop", "shop"), trigger);
    }
}
