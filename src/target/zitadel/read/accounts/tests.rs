use super::*;

/// Pages of a thousand new accounts each, while the server's total grows.
#[test]
fn a_list_that_grows_for_ever_ends() {
    let mut end = End::default();
    let page = |number: u64| UserPage {
        total: 1_000 * (number + 1),
        rows: 1_000,
        joins: true,
        listed: 1_000,
        new: 1_000,
        repeats: false,
    };
    let pages = (1..).take_while(|number| end.add_page(&page(*number), 1).is_ok());
    // Twice the total of the first page, plus ten thousand.
    assert_eq!(pages.count(), 14);
}

/// A single page of moved accounts is not an error, nor is a last page with only the overlapping row.
#[test]
fn one_page_without_news_is_no_end() {
    let idle = UserPage {
        total: 10,
        rows: 2,
        listed: 3,
        ..UserPage::default()
    };
    let joint = UserPage { listed: 1, ..idle };
    let news = UserPage { new: 2, ..idle };
    let mut end = End::default();
    for page in [idle, news, idle, joint, idle, news] {
        assert!(end.add_page(&page, 1).is_ok());
    }
    assert!(end.add_page(&idle, 1).is_ok());
    assert!(end.add_page(&idle, 1).is_err());
}
