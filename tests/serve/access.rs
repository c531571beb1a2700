//! Who may do what: every route beside everybody.

use crate::node::{Place, token};
use serde_json::Value;

/// The roles that may take a route: client, operator, reviewer, peer; `*` for whoever comes without a token.
const MAY: &[(&str, &str)] = &[
    ("GET /docs", "*"),
    ("GET /healthz", "*"),
    ("GET /metrics", "or"),
    ("GET /openapi.json", "*"),
    ("GET /readyz", "*"),
    ("GET /v1/operations/{operation}", "or"),
    ("POST /v1/programs", "o"),
    ("GET /v1/quarantine", "or"),
    ("GET /v1/shards", "corp"),
    ("GET /v1/shards/{shard}", "corp"),
    ("GET /v1/shards/{shard}/blocks/{height}", "corp"),
    ("GET /v1/shards/{shard}/bundle", "corp"),
    ("POST /v1/shards/{shard}/calls", "co"),
    ("GET /v1/shards/{shard}/checkpoint", "corp"),
    ("GET /v1/shards/{shard}/checkpoints/{height}", "corp"),
    ("GET /v1/shards/{shard}/events", "cor"),
    ("GET /v1/shards/{shard}/genesis", "corp"),
    ("GET /v1/shards/{shard}/logs", "or"),
    ("GET /v1/shards/{shard}/program", "corp"),
    ("GET /v1/shards/{shard}/programs/{program}", "corp"),
    ("POST /v1/shards/{shard}/query", "cor"),
    ("GET /v1/shards/{shard}/receipts/{seq}", "corp"),
    ("GET /v1/shards/{shard}/records/{seq}", "corp"),
    ("GET /v1/shards/{shard}/snapshots", "or"),
    ("POST /v1/shards/{shard}/snapshots", "o"),
    ("GET /v1/shards/{shard}/state", "cor"),
    ("GET /v1/shards/{shard}/state/{key}", "cor"),
    ("GET /v1/shards/{shard}/tile/{tile}", "corp"),
    ("POST /v1/shards/{shard}/writers", "o"),
];

/// The routes that the node says it has.
fn routes(description: &Value) -> Vec<String> {
    let paths = description["paths"].as_object().expect("there are paths");
    let of = |(path, it): (&String, &Value)| {
        let methods = it.as_object().expect("a path has methods").keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
#[allow(clippy::print_stdout, reason = "the table is for whoever runs this with --nocapture")]
fn every_route_beside_everybody() {
    let place = Place::new();
    let other = "0".repeat(64);
    let role = |role: &str| token(&place.folder, role, &format!("--role {role}"));
    let expired = token(&place.folder, "late", "--role operator --lasts 0s");
    let revoked = token(&place.folder, "gone", "--role operator");
    let elsewhere = token(&place.folder, "elsewhere", &format!("--role operator --shard {other}"));
    let who = [
        ("nobody", None),
        ("garbage", Some("foil_00".to_owned())),
        ("expired", Some(expired)),
        ("revoked", Some(revoked)),
        ("elsewhere", Some(elsewhere)),
        ("client", Some(role("client"))),
        ("operator", Some(role("operator"))),
        ("reviewer", Some(role("reviewer"))),
        ("peer", Some(role("peer"))),
    ];
    let node = place.serve("");
    let listed = place.folder.foil("token list").ok();
    let id =
        listed["tokens"].as_array().unwrap().iter().find(|row| row["name"] == "gone").unwrap()["id"].clone();
    place.folder.foil(&format!("token revoke {}", &id.as_str().unwrap()[..12])).ok();
    let mut found = routes(&node.ask(None, "GET", "/openapi.json", &[], b"").ok());
    found.sort_by_key(|route| route.split(' ').nth(1).map(str::to_owned));
    assert_eq!(found, MAY.iter().map(|(route, _)| *route).collect::<Vec<_>>(), "the table has every route");
    println!("{:<44} {}", "", who.iter().map(|(name, _)| format!("{name:<10}")).collect::<String>());
    for (route, may) in MAY {
        let (method, path) = route.split_once(' ').unwrap();
        let path = path.replace("{shard}", &place.shard).replace("{height}", "1").replace("{seq}", "0");
        let path = path
            .replace("{key}", "total")
            .replace("{tile}", "0/000.p/1")
            .replace("{operation}", "none")
            .replace("{program}", "none");
        let mut row = String::new();
        for (name, token) in &who {
            let mut connection = node.connect(token.as_deref());
            connection.send(method, &path, &[], b"").unwrap();
            let status = connection.head().unwrap().status;
            row += &format!("{status:<10}");
            let expected = match (*may, *name) {
                ("*", _) => None,
                (_, "nobody" | "garbage" | "expired" | "revoked") => Some(401),
                (_, "elsewhere") if *route == "GET /v1/shards" => None,
                (_, "elsewhere") => Some(403),
                (may, name) if may.contains(&name[..1]) => None,
                _ => Some(403),
            };
            let is_right = expected.map_or(![401, 403].contains(&status), |expected| status == expected);
            assert!(is_right, "{route} by {name}: {status}");
        }
        println!("{route:<44} {row}");
    }
    // A token sees its own shards alone.
    let seen = node.get(who[4].1.as_ref().unwrap(), "/v1/shards").ok();
    assert_eq!(seen["shards"], Value::Array(Vec::new()));
    let own = token(&place.folder, "own", &format!("--shard {}", place.shard));
    assert_eq!(node.get(&own, "/v1/shards").ok()["shards"][0]["shard"], place.shard);
    assert_eq!(node.get(&own, &place.path("program")).status, 200);
    // Why somebody is not let in is not told.
    let said: Vec<String> = who[..4]
        .iter()
        .map(|(_, token)| node.ask(token.as_deref(), "GET", "/v1/shards", &[], b"").refuses(401, 7501))
        .collect();
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
}

#[test]
fn an_address_that_others_reach_needs_tokens_and_tls() {
    let place = Place::new();
    place.folder.foil("serve --listen 0.0.0.0:0").refuses(2, 7001);
    place.folder.foil("serve --listen 0.0.0.0:0 --open").refuses(2, 7001);
    place.folder.write("tls.key", "no key");
    place.folder.write("tls.pem", "no certificate");
    place.folder.foil("serve --tls-cert tls.pem --tls-key tls.key").refuses(3, 7003);
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(place.folder.path("tls.key"), private).unwrap();
    place.folder.foil("serve --tls-cert tls.pem --tls-key tls.key").refuses(3, 7002);
}

#[test]
fn tls_is_spoken_to_those_who_trust_the_certificate() {
    let place = Place::new();
    let make = "req -x509 -newkey ed25519 -nodes -keyout tls.key -out tls.pem -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:false";
    let openssl = |words: &str| {
        let mut command = std::process::Command::new("openssl");
        command.args(words.split_whitespace()).current_dir(place.folder.path(""));
        command.output().expect("openssl is installed: apt-get install openssl")
    };
    assert!(openssl(make).status.success());
    let node = place.serve("--tls-cert tls.pem --tls-key tls.key");
    let curl = |trust: &str| {
        let mut command = std::process::Command::new("curl");
        command.args(["-sS", "--max-time", "20"]).args(trust.split_whitespace());
        command.arg(format!("https://{}/healthz", node.address)).current_dir(place.folder.path(""));
        command.output().expect("curl is installed: apt-get install curl")
    };
    assert_eq!(curl("--cacert tls.pem").stdout, b"ok\n");
    assert_eq!(curl("").status.code(), Some(60), "nobody vouches for it");
    // Who speaks plainly is not answered.
    let mut plain = node.connect(None);
    plain.send("GET", "/healthz", &[], b"").unwrap();
    assert!(plain.answer().is_err());
}
