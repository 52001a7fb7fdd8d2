//! Searching a collection (recorded: search, routing).

use serde_json::{Value, json};

use super::MODULES;
use super::asked::Asked;
use super::{Call, links, object, quote};
use crate::udm::answer::Answer;
use crate::udm::directory::Entry;
use crate::udm::directory::dn::parent_text;
use crate::udm::errors::Failure;
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// `GET …/`: links only without a query, hits with one.
pub(super) fn collection(state: &mut State, call: &Call<'_>, kind: &str) -> Result<Answer, Failure> {
    let held = Kind::named(kind);
    let titles = held.map_or_else(|| (title(kind), title(kind)), Kind::titles);
    let mut links = links::collection(call, kind, titles);
    let listed = |body: String, about: &str| {
        let etag = super::pages::digest(about);
        Answer::text(200, "application/json", body)
            .with_etag(&etag)
            .with("allow", "GET, OPTIONS, POST")
    };
    if call.query.is_empty() {
        let body = json!({"_links": links, "_embedded": {}});
        return Ok(listed(body.to_string(), kind));
    }
    let asked = Asked::read(state, call)?;
    let mut hits = held.map_or_else(Vec::new, |kind| asked.hits(state, kind));
    let seed = state.options.shuffled.then(|| state.random());
    if let Some(seed) = seed.filter(|_| asked.limit == 0) {
        let count = hits.len().max(1);
        hits.rotate_left(usize::try_from(seed).unwrap_or_default() % count);
    }
    let page = asked.page(hits.len());
    add_page_links(call, &asked, hits.len(), &mut links);
    let shown = &hits[page];
    let mut objects = String::new();
    for entry in shown.iter().filter_map(|id| state.directory.get(*id)) {
        let mut one = hit(state, call, &asked, entry);
        if let Some(seed) = seed {
            object::shuffle_lists(&mut one["properties"], seed);
        }
        objects.push_str(if objects.is_empty() { "" } else { "," });
        objects.push_str(&one.to_string());
    }
    let embedded = if objects.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{\"udm:object\":[{objects}]}}")
    };
    let body = format!(
        "{{\"_links\":{links},\"_embedded\":{embedded},\"results\":{}}}",
        shown.len()
    );
    let changes: u64 = state.directory.entries().map(|entry| entry.revision + 1).sum();
    Ok(listed(body, &format!("{} {changes}", call.incoming.query)))
}

fn title(kind: &str) -> &'static str {
    let line = MODULES.lines().filter_map(|line| line.split_once('\t'));
    line.into_iter()
        .find(|(name, _)| *name == kind)
        .map_or("", |(_, title)| title)
}

fn hit(state: &State, call: &Call<'_>, asked: &Asked, entry: &Entry) -> Value {
    let address = call.object(entry.kind, &entry.dn);
    let id = entry.text(entry.kind.naming().1);
    let mut one = json!({
        "dn": entry.dn,
        "objectType": entry.kind.path(),
        "id": id,
        "position": parent_text(&entry.dn),
        "properties": {},
        "uuid": entry.uuid,
        "uri": address,
        "_links": {"self": [{"name": entry.dn, "title": id, "href": address}]},
    });
    if !asked.closed {
        object::describe(state, entry, asked.only.as_deref(), &mut one);
    }
    one
}

/// First, previous, next and last page (recorded: search/limit 3 and the ones after it).
fn add_page_links(call: &Call<'_>, asked: &Asked, hits: usize, links: &mut Value) {
    if asked.limit == 0 {
        return;
    }
    let address = |page: usize| {
        let kept = call.query.iter().filter(|(name, _)| name != "page");
        let kept: Vec<String> = kept
            .map(|(name, value)| format!("{}={}", quote(name), quote(value)))
            .collect();
        format!("{}?{}&page={page}", call.address, kept.join("&"))
    };
    let link = |title: &str, page: usize| json!([{"title": title, "href": address(page)}]);
    links["first"] = link("First page", 1);
    if asked.page > 1 {
        links["prev"] = link("Previous page", asked.page - 1);
    }
    if asked.page < hits.div_ceil(asked.limit) {
        links["next"] = link("Next page", asked.page + 1);
    } else {
        links["last"] = link("Last page", asked.page);
    }
}
