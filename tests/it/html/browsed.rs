//! A page in a browser: it runs by its own rules alone, fits, and can be used with a keyboard.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};

use super::browser::Browser;
use super::stage::Stage;

/// So many people are new in a large plan.
const MANY: usize = 5000;

/// In pixels: the narrowest that WCAG asks for (1.4.10), a telephone, a large screen.
const WIDTHS: [u32; 3] = [320, 400, 1600];

/// All of it in one browser, which takes longer to start than to do this.
#[test]
fn a_page_works_in_a_browser() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let stage = Stage::with_everything(20, "");
    let few = page(&stage, "plan --show-values", 1, "few.html");
    let hidden = page(&stage, "plan", 1, "hidden.html");
    let failed = page(&stage, "apply FOLDER/none.json", 2, "failed.html");
    let large = Stage::with_everything(MANY, "");
    let many = page(&large, "plan --show-values", 1, "many.html");
    for file in [&few, &hidden, &failed] {
        loads_nothing(&mut browser, file);
        fits(&mut browser, file);
        is_accessible(&mut browser, file);
    }
    loads_nothing(&mut browser, &many);
    is_as_wide_as_the_window(&mut browser, &many, &WIDTHS[1..]);
    filters(&mut browser);
    is_read_without_script(&mut browser, &few);
    prints(&mut browser, &few);
    let done = page(&stage, "sync --yes --show-values", 1, "done.html");
    loads_nothing(&mut browser, &done);
    fits(&mut browser, &done);
    is_accessible(&mut browser, &done);
}

fn page(stage: &Stage, words: &str, exit: i32, name: &str) -> PathBuf {
    let page = stage.page(words, exit);
    let path = stage.installation.path(name);
    fs::write(&path, &page).unwrap();
    if let Some(folder) = env::var_os("DIRECTORY_SYNC_PICTURES") {
        fs::write(Path::new(&folder).join(name), page).unwrap();
    }
    path
}

/// No request, no error, nothing that the rules of the page forbid.
fn loads_nothing(browser: &mut Browser, file: &Path) {
    browser.set_media("screen", "light");
    browser.set_width(1600);
    browser.open(file);
    assert_eq!(browser.complaints(), [] as [&str; 0], "{}", file.display());
    // The rules are in force, and what is hostile is text.
    let code = "const frame = document.createElement('img'); frame.src = 'http://127.0.0.1:9/'; document.body.append(frame);
        new Promise((done) => document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective)))
            .finally(() => frame.remove())";
    assert_eq!(browser.value(code), "img-src");
    assert_eq!(
        browser.value("document.querySelectorAll('img, svg[onload], [onmouseover], main script').length"),
        0
    );
    browser.forget();
}

/// Nothing sticks out to the side, on a telephone or on a large screen.
fn fits(browser: &mut Browser, file: &Path) {
    is_as_wide_as_the_window(browser, file, &WIDTHS);
    for width in WIDTHS {
        browser.set_width(width);
        let over = browser.value(include_str!("overflow.js"));
        assert_eq!(over, json!([]), "{} at {width}", file.display());
        keep_pictures(browser, file, &width.to_string());
    }
}

fn is_as_wide_as_the_window(browser: &mut Browser, file: &Path, widths: &[u32]) {
    for width in widths {
        browser.set_width(*width);
        let wider = browser.value("document.documentElement.scrollWidth - innerWidth");
        assert_eq!(wider, 0, "{} at {width}", file.display());
    }
}

/// `DIRECTORY_SYNC_PICTURES=FOLDER` keeps pictures for people to look at.
fn keep_pictures(browser: &mut Browser, file: &Path, what: &str) {
    let Some(folder) = env::var_os("DIRECTORY_SYNC_PICTURES") else {
        return;
    };
    let name = file.file_stem().unwrap().display();
    for scheme in ["dark", "light"] {
        browser.set_media("screen", scheme);
        let path = Path::new(&folder).join(format!("{name}-{what}-{scheme}.png"));
        fs::write(path, browser.picture()).unwrap();
    }
}

/// Names, headings, contrast and so on; with `DIRECTORY_SYNC_AXE=axe.min.js` also what axe-core finds.
fn is_accessible(browser: &mut Browser, file: &Path) {
    browser.open(file);
    let axe = env::var_os("DIRECTORY_SYNC_AXE").map(|path| fs::read_to_string(path).expect("axe-core"));
    for (scheme, width) in [("light", 1600), ("dark", 400)] {
        browser.set_media("screen", scheme);
        browser.set_width(width);
        let faults = browser.value(include_str!("accessible.js"));
        assert_eq!(faults, json!([]), "{} in {scheme}", file.display());
        if let Some(axe) = &axe {
            browser.value(&format!("{axe}; null"));
            let found = browser.value("axe.run().then(({ violations }) => violations.map((one) => [one.id, one.nodes.map((node) => node.html)]))");
            assert_eq!(found, json!([]), "{} in {scheme}", file.display());
        }
    }
}

/// Search and the kinds of change, with the keyboard alone.
fn filters(browser: &mut Browser) {
    browser.set_width(1600);
    let total = 5021;
    let shown =
        "[document.getElementById('shown').textContent, [...document.querySelectorAll('.changes > ul > li')]
        .filter((item) => item.checkVisibility()).length]";
    assert_eq!(
        browser.value(shown),
        json!([format!("All {total} changes are shown."), total])
    );
    // The first key shows the way past everything; the field is reached from the keyboard.
    browser.press(&["Tab"]);
    assert_eq!(browser.value("document.activeElement.className"), "skip");
    browser.press(&["Enter", "Tab"]);
    assert_eq!(browser.value("document.activeElement.id"), "search");
    browser.type_text("NORA4321 neumann");
    assert_eq!(
        until(browser, shown, |value| value[1] == 1),
        json!([format!("1 of {total} changes are shown."), 1])
    );
    assert_eq!(
        browser.value(
            "[...document.querySelectorAll('section.changes')].filter((one) => one.checkVisibility()).length"
        ),
        1
    );
    browser.value("document.getElementById('search').select()");
    browser.type_text("nothing of the kind");
    assert_eq!(
        until(browser, shown, |value| value[1] == 0)[0],
        format!("0 of {total} changes are shown.")
    );
    browser.value("document.getElementById('search').select()");
    browser.type_text(" ");
    until(browser, shown, |value| value[1] == total);
    browser.press(&["Tab", "Space"]);
    assert_eq!(
        browser.value("[document.activeElement.value, document.activeElement.checked]"),
        json!(["removals", false])
    );
    assert_eq!(
        browser.value(shown),
        json!([format!("{} of {total} changes are shown.", total - 9), total - 9])
    );
    assert_eq!(browser.complaints(), [] as [&str; 0]);
}

/// Asks until the answer is as expected; what is typed has its effect a little later.
fn until(browser: &mut Browser, expression: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..100 {
        let value = browser.value(expression);
        if is_there(&value) {
            return value;
        }
        browser.value("new Promise((done) => setTimeout(done, 50)).then(() => null)");
    }
    browser.value(expression)
}

fn is_read_without_script(browser: &mut Browser, file: &Path) {
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(file);
    let text = browser.value("document.body.innerText");
    let text = text.as_str().unwrap();
    for expected in [
        "Removals 9",
        "Rejected records",
        "Nora7 Neumann (new00007@example.org)",
        "<script>alert(1)</script> Adams (hostile0@example.org)",
    ] {
        assert!(text.contains(expected), "{expected:?} in {text}");
    }
    assert!(!text.contains("Search"), "a field without use is shown");
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": false }));
}

/// The printed page contains what can be read there, in dark ink.
fn prints(browser: &mut Browser, file: &Path) {
    browser.open(file);
    browser.set_media("print", "dark");
    browser.set_width(700);
    assert_eq!(
        browser.value("getComputedStyle(document.body).backgroundColor"),
        "rgb(255, 255, 255)"
    );
    assert_eq!(
        browser.value("document.getElementById('filter').checkVisibility()"),
        false
    );
    assert_eq!(
        browser.value("document.documentElement.scrollWidth > innerWidth"),
        false
    );
    assert_eq!(browser.value(include_str!("accessible.js")), json!([]));
    let pdf = browser.print();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000);
    browser.set_media("screen", "light");
}
