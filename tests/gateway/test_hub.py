"""The first whole path: files → adapter → PostgreSQL → subgraphs → composed graph → answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

from federation.composition import Composed, SubgraphSource, compose
from federation.plan.printer import print_plan
from federation.planning.planner import Planner
from schema.printed import FOLDER, printed_sdl, subgraph_names
from tests.gateway.conftest import Hub
from tests.support.golden import GOLDEN_ROOT, Golden

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((FOLDER / "examples").glob("*.graphql"))


async def test_the_readme_tells_the_truth(hub: Hub) -> None:
    """The first query of the README gives the answer printed there, to the letter."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"-d '(\{\"query\":.*?\})'\n", readme, re.DOTALL)
    expected = re.search(r"```json\n(.*?)\n```", readme, re.DOTALL)
    assert found
    assert expected
    body = found[1].encode()
    reply = await hub.send("POST", "/graphql", body, {"content-type": "application/json"})
    assert reply.body.decode() == expected[1]


async def test_every_example_of_the_explorer_answers(hub: Hub) -> None:
    assert len(EXAMPLES) >= 5
    for path in EXAMPLES:
        answer = await hub.query(path.read_text(encoding="utf-8"))
        assert "errors" not in answer, path.name
        assert any(answer["data"].values()), path.name


async def test_one_question_over_three_subgraphs_takes_three_calls(golden: Golden) -> None:
    composed = compose([SubgraphSource(name, "", printed_sdl(name)) for name in subgraph_names()])
    assert isinstance(composed, Composed)
    assert composed.hints == ()
    query = EXAMPLES[0].read_text(encoding="utf-8")
    plan = print_plan(Planner(composed.supergraph).plan(query))
    golden.check(GOLDEN_ROOT / "gateway" / "patent_panorama.plan", plan)
    assert sorted(re.findall(r'service: "(\w+)"', plan)) == ["patents", "reference", "trading"]


async def test_refused_and_warned_rows_are_in_the_graph(hub: Hub) -> None:
    answer = await hub.query(
        "{ ingestBatches(first: 50) { nodes { fileName status rowsRead rowsAccepted rowsWarned"
        " rowsRejected rowsDuplicate issues(first: 100) { row column code severity message raw } }"
        " } }",
        who="HUB_OPERATOR",
    )
    batches = {b["fileName"]: b for b in answer["data"]["ingestBatches"]["nodes"]}
    patents = batches["patents.csv"]
    counts = [patents[k] for k in ("rowsRead", "rowsAccepted", "rowsRejected", "rowsDuplicate")]
    assert counts == [82, 76, 3, 1]  # and two accepted with warnings
    scientific = next(i for i in patents["issues"] if i["code"] == "APPNO_EXCEL_SCIENTIFIC")
    assert scientific["row"] == 9
    assert scientific["severity"] == "ERROR"
    assert "科学计数法" in scientific["message"]
    warned = next(i for i in patents["issues"] if i["code"] == "W_APPNO_CHECK_MISSING")
    assert warned["severity"] == "WARNING"


async def test_what_names_a_centre_shows_its_name(hub: Hub) -> None:
    """Batches (reporting) and listings (trading) name centres that `platforms` describes."""
    answer = await hub.query(
        "{ ingestBatches(first: 3) { nodes { fileName center { code name } } }"
        " listings(first: 3) { nodes { number platform { code name } } } }",
        who="HUB_OPERATOR",
    )
    assert "errors" not in answer
    centers = [
        *(node["center"] for node in answer["data"]["ingestBatches"]["nodes"]),
        *(node["platform"] for node in answer["data"]["listings"]["nodes"]),
    ]
    registered = await hub.query("{ operationCenters { code officialName } }")
    names = {each["code"]: each["officialName"] for each in registered["data"]["operationCenters"]}
    assert len(names) == 9
    assert len(centers) == 6
    assert all(each["name"] == names[each["code"]] for each in centers)


async def test_bad_requests_are_coded(hub: Hub) -> None:
    unknown = await hub.query('{ patent(applicationNumber: "x") { nope } }')
    assert unknown["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    wrong = await hub.query("query ($n: Int) { patents(first: $n) { totalCount } }", n="five")
    assert wrong["errors"][0]["extensions"]["code"] == "VALIDATION_INVALID_TYPE_VARIABLE"
    broken = await hub.send("POST", "/graphql", b'{"query": ', {"content-type": "application/json"})
    assert broken.status == 400
    assert broken.json["errors"][0]["extensions"]["code"]
    digit = await hub.query('{ patent(applicationNumber: "201210464170.7") { title } }')
    assert "errors" in digit
    assert "6" in json.dumps(digit["errors"][0], ensure_ascii=False)  # the expected check digit


async def test_subgraphs_answer_other_routers(hub: Hub) -> None:
    body = b'{"query":"{ _service { sdl } }"}'
    reply = await hub.send(
        "POST", "/subgraphs/patents/graphql", body, {"content-type": "application/json"}
    )
    assert reply.status == 200
    assert reply.json["data"]["_service"]["sdl"].startswith("schema")


async def test_the_page_and_the_probes(hub: Hub) -> None:
    page = await hub.send("GET", "/")
    assert page.status == 200
    for path in ("/health", "/health/live", "/health/ready", "/readiness", "/health?ready"):
        assert (await hub.send("GET", path)).json == {"status": "UP"}
