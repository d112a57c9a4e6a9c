"""A graph store over rdflib with RDFS by owlrl, for the reasoning suite to judge.

It knows nothing of the suite: SPARQL 1.1 Protocol with two parameters more, and the SPARQL 1.1
Graph Store Protocol. Usage: rdflib_service.py PORT
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlsplit

import owlrl
from rdflib import Graph

PROFILES = ["none", "rdfs"]
graphs = {}
lock = Lock()


def copy(iri):
    """The graph as it is now, for one question alone."""
    with lock:
        alone = Graph()
        for triple in graphs.get(iri, ()):
            alone.add(triple)
        return alone


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="text/plain"):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def graph_name(self):
        return parse_qs(urlsplit(self.path).query)["graph"][0]

    def parsed(self):
        read = Graph()
        read.parse(data=self.body().decode(), format="turtle")
        return read

    def do_PUT(self):
        self.write(lambda name, read: graphs.__setitem__(name, set(read)))

    def do_POST(self):
        if urlsplit(self.path).path == "/sparql":
            return self.query()
        self.write(lambda name, read: graphs.setdefault(name, set()).update(read))

    def do_DELETE(self):
        with lock:
            there = graphs.pop(self.graph_name(), None)
        self.answer(404 if there is None else 204)

    def write(self, change):
        try:
            read = self.parsed()
        except Exception as error:
            return self.answer(400, str(error).encode())
        with lock:
            change(self.graph_name(), read)
        self.answer(204)

    def query(self):
        fields = {name: values[0] for name, values in parse_qs(self.body().decode()).items()}
        profile = fields.get("reasoning", "none")
        if profile not in PROFILES:
            return self.answer(400, f"no profile {profile}; known: {', '.join(PROFILES)}".encode())
        graph = copy(fields["default-graph-uri"])
        if profile == "rdfs":
            closure = owlrl.DeductiveClosure(
                owlrl.RDFS_Semantics, axiomatic_triples=False, datatype_axioms=False
            )
            closure.expand(graph)
        try:
            result = graph.query(fields["query"])
            self.answer(200, result.serialize(format="json"), "application/sparql-results+json")
        except Exception as error:
            self.answer(400, str(error).encode())


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
