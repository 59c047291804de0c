//! Documents that would take minutes and more, if their work were not counted: the bounds of
//! `jsonld`.

/// Each with its name.
pub fn documents() -> Vec<(&'static str, String)> {
    let names = |nodes: &[usize]| {
        let node = |node: &usize| format!("{{\"@id\":\"_:b{node}\"}}");
        nodes.iter().map(node).collect::<Vec<_>>().join(",")
    };
    let graph = |size: usize, neighbours: &dyn Fn(usize) -> Vec<usize>| {
        let node = |node: usize| {
            format!("{{\"@id\":\"_:b{node}\",\"urn:p\":[{}]}}", names(&neighbours(node)))
        };
        format!("{{\"@graph\":[{}]}}", (0..size).map(node).collect::<Vec<_>>().join(","))
    };
    let clique = graph(10, &|node| (0..10).filter(|other| *other != node).collect());
    let cycle = graph(5_000, &|node| vec![(node + 1) % 5_000]);
    let cube = graph(256, &|node| (0..8).map(|bit| node ^ 1 << bit).collect());
    let bundled = "\"https://www.w3.org/ns/credentials/v2\",\
                   \"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json\"";
    let own = vec!["{\"@context\":{\"x\":\"urn:x\"},\"x\":\"y\"}"; 10_000].join(",");
    let scoped = (0..30).fold("{}".to_owned(), |inner, depth| {
        format!("{{\"t{depth}\":{{\"@id\":\"urn:t\",\"@context\":{inner}}}}}")
    });
    let value =
        (0..30).fold("\"x\"".to_owned(), |inner, depth| format!("{{\"t{depth}\":{inner}}}"));
    let scoped = format!(
        "{{\"@context\":[{bundled},{scoped}],\"@graph\":[{}]}}",
        vec![value; 1_000].join(",")
    );
    let mut poison = vec![
        ("clique of 10", clique),
        ("cycle of 5,000", cycle),
        ("cube of 256", cube),
        ("a context 1,000 times", format!("{{\"@context\":[{}]}}", [bundled; 500].join(","))),
        ("10,000 contexts", format!("{{\"@context\":[{bundled}],\"@graph\":[{own}]}}")),
        ("contexts 30 deep", scoped),
    ];
    poison.extend(of_names());
    poison
}

/// Documents that say one thing often, or have many names for one thing.
fn of_names() -> [(&'static str, String); 5] {
    let own = |terms: &dyn Fn(usize) -> String, members: &dyn Fn(usize) -> String| {
        let terms: Vec<_> = (0..199).map(terms).collect();
        let members: Vec<_> = (0..49_000).map(members).collect();
        format!("{{\"@context\":{{{}}},{}}}", terms.join(","), members.join(","))
    };
    let same = |n| format!("\"p{n}\":\"urn:x:\"");
    let long = "x".repeat(2_000);
    let others = |n| format!("\"p{n}\":\"urn:{long}{n}:\"");
    let ones = vec!["1.5"; 49_000].join(",");
    let typed = |n| match n {
        0 => "\"x\":\"urn:x:\"".to_owned(),
        n => format!("\"t{n}\":{{\"@id\":\"urn:x:y\",\"@type\":\"urn:t{n}\"}}"),
    };
    let typed: Vec<_> = (0..199).map(typed).collect();
    [
        ("49,000 equal values", format!("{{\"@context\":{{\"x\":\"urn:x\"}},\"x\":[{ones}]}}")),
        ("full IRIs", own(&same, &|n| format!("\"urn:x:{n}\":1"))),
        ("compact IRIs", own(&same, &|n| format!("\"p1:{n}\":1"))),
        ("long namespaces", own(&others, &|n| format!("\"p1:{n}\":1"))),
        ("terms for one IRI", format!("{{\"@context\":{{{}}},\"x:y\":[{ones}]}}", typed.join(","))),
    ]
}
