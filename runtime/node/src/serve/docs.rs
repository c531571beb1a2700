//! What the interface says of itself: OpenAPI, and a page made of it that loads nothing from anywhere.

use super::access::is_open;
use super::routes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::LazyLock;
use utoipa::OpenApi;

/// What the pages begin with.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Counterfoil",
        description = "Calls to deterministic programs, with receipts that anybody can check.\n\n\
            Where tokens are asked for, send `Authorization: Bearer TOKEN`. An error is \
            `{\"error\": {\"code\", \"message\", \"request\"}}`; `foil explain CODE` says more.",
        license(name = "Apache-2.0")
    ),
    components(schemas(super::calls::CallRequest, super::calls::SignedRequest, super::reads::QueryRequest))
)]
struct About;

pub(super) fn about() -> utoipa::openapi::OpenApi {
    let mut about = About::openapi();
    about.info.version = env!("CARGO_PKG_VERSION").into();
    about
}

/// The OpenAPI description of this interface.
#[utoipa::path(get, path = "/openapi.json", tag = "node",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION.to_string()).into_response()
}

/// What any route may answer besides what it says itself.
const COMMON: &[(&str, &str)] = &[
    ("400", "The request is malformed"),
    ("401", "There is no valid token"),
    ("403", "The token may not do this"),
    ("404", "There is nothing of this name"),
    ("406", "No form of the answer is accepted"),
    ("408", "The body came too slowly"),
    ("429", "Too many requests of one client"),
    ("431", "The head is too large"),
    ("500", "The machine failed at something that changes nothing"),
    ("503", "The node is busy or stopping, or the shard does not serve"),
];

/// The description as the router makes it, with what all routes have in common.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(described);

fn described() -> Value {
    let mut description = serde_json::to_value(routes().1).expect("a description is JSON");
    if let Some(paths) = description["paths"].as_object_mut() {
        // What goes on to the end of a path has a star in the router, which OpenAPI does not know.
        *paths = std::mem::take(paths).into_iter().map(|(path, it)| (path.replace("{*", "{"), it)).collect();
    }
    let error = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
    let paths = description["paths"].as_object_mut().into_iter().flatten();
    let routes = paths.flat_map(|(path, it)| {
        it.as_object_mut().into_iter().flat_map(|it| it.values_mut()).map(move |it| (path, it))
    });
    for (path, route) in routes {
        if !is_open(path) {
            route["security"] = json!([{ "bearer": [] }]);
        }
        let Some(answers) = route["responses"].as_object_mut() else { continue };
        for (status, meaning) in COMMON {
            answers.entry(*status).or_insert_with(|| json!({ "description": meaning }));
        }
        for (_, answer) in answers.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
            answer["content"] = error.clone();
        }
    }
    description["components"]["securitySchemes"] =
        json!({ "bearer": { "type": "http", "scheme": "bearer" } });
    let text = json!({ "type": "string" });
    let inner = json!({
        "type": "object",
        "required": ["code", "message", "request"],
        "properties": { "code": text, "message": text, "request": text },
    });
    description["components"]["schemas"]["Error"] =
        json!({ "type": "object", "required": ["error"], "properties": { "error": inner } });
    description
}

/// This interface for a person.
#[utoipa::path(get, path = "/docs", tag = "node",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
pub(super) async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    (headers, html(&DESCRIPTION)).into_response()
}

const STYLE: &str = "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    code{background:#8882;padding:.1em .3em}section{border-top:1px solid #8888;padding:.5rem 0}\
    :root{color-scheme:light dark}table{border-spacing:1rem 0}";

/// A section for each route.
fn html(description: &Value) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Counterfoil</title><style>{STYLE}</style>\
         <h1>Counterfoil</h1><p>{}</p><p><a href=/openapi.json>openapi.json</a></p>",
        escaped(&description["info"]["description"])
    );
    let paths = description["paths"].as_object().into_iter().flatten();
    let routes = paths.flat_map(|(path, it)| it.as_object().into_iter().flatten().map(move |it| (path, it)));
    for (path, (method, route)) in routes {
        let (method, path) = (method.to_uppercase(), escaped(&Value::String(path.clone())));
        // A string takes what is written to it.
        _ = write!(
            page,
            "<section><h2><code>{method} {path}</code></h2><p><b>{}</b></p>",
            escaped(&route["summary"])
        );
        _ = write!(page, "<p>{}</p><table>", escaped(&route["description"]));
        for (status, answer) in route["responses"].as_object().into_iter().flatten() {
            _ = write!(page, "<tr><td>{status}<td>{}", escaped(&answer["description"]));
        }
        page += "</table></section>";
    }
    page
}

fn escaped(text: &Value) -> String {
    text.as_str().unwrap_or_default().replace('&', "&amp;").replace('<', "&lt;")
}
