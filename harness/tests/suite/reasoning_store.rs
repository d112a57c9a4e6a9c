//! A SPARQL store over oxigraph that infers nothing, for the reasoning suite to judge.

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, NamedNode};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxigraph::store::Store;
use std::collections::HashMap;
use std::error::Error;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// `PUT`, `POST`, `DELETE` of `/data?graph=IRI`, and `POST /sparql` with a form.
///
/// Whatever profile is asked for, the answer is what is said.
pub struct PlainStore {
    server: MockServer,
}

impl PlainStore {
    pub async fn start() -> Self {
        let store = Store::new().unwrap();
        let server = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;
        let answer = move |request: &Request| match answered(&store, request) {
            Ok(response) => response,
            Err(error) => ResponseTemplate::new(400).set_body_string(error.to_string()),
        };
        Mock::given(any()).respond_with(answer).mount(&server).await;
        Self { server }
    }

    pub fn url(&self) -> String {
        self.server.uri()
    }
}

fn answered(store: &Store, request: &Request) -> Result<ResponseTemplate, Box<dyn Error>> {
    if request.url.path() == "/sparql" {
        return query(store, &request.body);
    }
    let (_, iri) = request.url.query_pairs().next().ok_or("no graph")?;
    let graph = NamedNode::new(iri)?;
    let method = request.method.as_str();
    if method != "POST" {
        store.clear_graph(graph.as_ref())?;
    }
    if method != "DELETE" {
        let parser = RdfParser::from_format(RdfFormat::Turtle)
            .without_named_graphs()
            .with_default_graph(graph);
        store.load_from_slice(parser, &request.body)?;
    }
    Ok(ResponseTemplate::new(204))
}

fn query(store: &Store, form: &[u8]) -> Result<ResponseTemplate, Box<dyn Error>> {
    let fields: HashMap<String, String> = url::form_urlencoded::parse(form).into_owned().collect();
    let field = |name: &str| fields.get(name).ok_or_else(|| format!("no field `{name}`"));
    let graph = GraphName::from(NamedNode::new(field("default-graph-uri")?)?);
    let mut prepared = SparqlEvaluator::new().parse_query(field("query")?)?;
    prepared.dataset_mut().set_default_graph(vec![graph]);
    let json = QueryResultsSerializer::from_format(QueryResultsFormat::Json);
    let body = match prepared.on_store(store).execute()? {
        QueryResults::Boolean(value) => json.serialize_boolean_to_writer(Vec::new(), value)?,
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            let mut writer = json.serialize_solutions_to_writer(Vec::new(), variables)?;
            for solution in solutions {
                writer.serialize(&solution?)?;
            }
            writer.finish()?
        }
        QueryResults::Graph(_) => return Err("no graphs here".into()),
    };
    Ok(ResponseTemplate::new(200).set_body_raw(body, "application/sparql-results+json"))
}
