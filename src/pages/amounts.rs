//! What is awarded, in the reader's words: `6 PDPs`, `US$175`, `0,5 créditos`.

use super::speech::Speech;
use crate::model::decimal::Amount;
use crate::recognition::policy::Unit;
use crate::recognition::words;

/// An amount with its unit.
pub fn amount(t: &Speech, amount: Amount, unit: Unit) -> String {
    let one = amount <= Amount::from(1) && !amount.is_zero();
    let key = match unit {
        Unit::Pdp => "amount-pdp",
        Unit::Ceu => "amount-ceu",
        Unit::Credit => "amount-credit",
        Unit::Hours => "amount-hours",
        Unit::Usd => "amount-usd",
        Unit::Lane => "amount-lane",
        Unit::Step => "amount-step",
    };
    // Which form of the word: that of one, or that of several.
    let form = if one { 1 } else { 2 };
    t.two(key, "count", form, "amount", t.decimal(words::number(amount, unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_with_their_unit_in_the_readers_way() {
        let said = |tag: &str, text: &str, unit| {
            let t = Speech::choose(Some(&format!("lang={tag}")), None, None);
            amount(&t, Amount::parse(text).unwrap(), unit)
        };
        assert_eq!(said("en", "6", Unit::Pdp), "6 PDPs");
        assert_eq!(said("en", "1", Unit::Pdp), "1 PDP");
        assert_eq!(said("en", "0", Unit::Credit), "0 credits");
        assert_eq!(said("en", "0.5", Unit::Credit), "0.5 credit");
        assert_eq!(said("en", "12345", Unit::Usd), "US$12,345");
        assert_eq!(said("en", "12345.5", Unit::Usd), "US$12,345.50");
        assert_eq!(said("es", "112.5", Unit::Usd), "US$112,50");
        assert_eq!(said("es", "1.5", Unit::Credit), "1,5 créditos");
        assert_eq!(said("es", "1", Unit::Lane), "1 categoría salarial");
    }
}
