//! The axiomatic triples of RDF and RDFS (RDF 1.1 Semantics, sections 8 and 9).

/// Subject, predicate and object in prefixed names; those of `rdf:_n` are [`MEMBERSHIP`].
pub(super) const FINITE: &str = "
rdf:type a rdf:Property . rdf:subject a rdf:Property . rdf:predicate a rdf:Property .
rdf:object a rdf:Property . rdf:first a rdf:Property . rdf:rest a rdf:Property .
rdf:value a rdf:Property . rdf:nil a rdf:List .
rdf:type rdfs:domain rdfs:Resource ; rdfs:range rdfs:Class .
rdfs:domain rdfs:domain rdf:Property ; rdfs:range rdfs:Class .
rdfs:range rdfs:domain rdf:Property ; rdfs:range rdfs:Class .
rdfs:subPropertyOf rdfs:domain rdf:Property ; rdfs:range rdf:Property .
rdfs:subClassOf rdfs:domain rdfs:Class ; rdfs:range rdfs:Class .
rdf:subject rdfs:domain rdf:Statement ; rdfs:range rdfs:Resource .
rdf:predicate rdfs:domain rdf:Statement ; rdfs:range rdfs:Resource .
rdf:object rdfs:domain rdf:Statement ; rdfs:range rdfs:Resource .
rdfs:member rdfs:domain rdfs:Resource ; rdfs:range rdfs:Resource .
rdf:first rdfs:domain rdf:List ; rdfs:range rdfs:Resource .
rdf:rest rdfs:domain rdf:List ; rdfs:range rdf:List .
rdfs:seeAlso rdfs:domain rdfs:Resource ; rdfs:range rdfs:Resource .
rdfs:isDefinedBy rdfs:domain rdfs:Resource ; rdfs:range rdfs:Resource .
rdfs:comment rdfs:domain rdfs:Resource ; rdfs:range rdfs:Literal .
rdfs:label rdfs:domain rdfs:Resource ; rdfs:range rdfs:Literal .
rdf:value rdfs:domain rdfs:Resource ; rdfs:range rdfs:Resource .
rdf:Alt rdfs:subClassOf rdfs:Container . rdf:Bag rdfs:subClassOf rdfs:Container .
rdf:Seq rdfs:subClassOf rdfs:Container .
rdfs:ContainerMembershipProperty rdfs:subClassOf rdf:Property .
rdfs:isDefinedBy rdfs:subPropertyOf rdfs:seeAlso .
rdfs:Datatype rdfs:subClassOf rdfs:Class .
rdf:langString a rdfs:Datatype . xsd:string a rdfs:Datatype .
";

/// What follows an `rdf:_n` that occurs.
pub(super) const MEMBERSHIP: &str = " a rdf:Property, rdfs:ContainerMembershipProperty ;
    rdfs:domain rdfs:Resource ; rdfs:range rdfs:Resource .";
