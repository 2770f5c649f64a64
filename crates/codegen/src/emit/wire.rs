//! Repairs what progenitor's functions send, where the document says otherwise.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprMethodCall, FnArg, ImplItemFn, Lit, Pat, Stmt, parse_quote};

use super::values::style;
use crate::model::{Body, Format, Location, Operation, Parameter, Style, Type};

/// The name of a parameter's argument, which none of the variables in progenitor's functions has.
pub(super) fn argument(parameter: &Parameter) -> String {
    const TAKEN: [&str; 10] = [
        "body",
        "client",
        "header_map",
        "info",
        "request",
        "response",
        "result",
        "self_",
        "url",
        "value",
    ];
    let name = &parameter.argument;
    if TAKEN.contains(&name.as_str()) {
        format!("{}_parameter", name.trim_end_matches('_'))
    } else {
        name.clone()
    }
}

/// Whether progenitor writes a value of this type as OpenAPI does.
pub(super) fn is_plain(ty: &Type) -> bool {
    matches!(
        ty.present(),
        Type::Boolean | Type::Integer(_) | Type::Number | Type::Text | Type::Uuid | Type::Timestamp
    )
}

/// Corrects the function of an operation; `is_text` says which parameters can be written by `to_string`.
pub(super) fn repair(
    function: &mut ImplItemFn,
    operation: &Operation,
    is_text: impl Fn(&Type) -> bool,
) {
    let composed =
        |parameter: &&Parameter| !is_plain(&parameter.ty) && !is_text(parameter.ty.present());
    repair_path(function, operation, &composed);
    let mut repair = Repair {
        operation,
        composed: operation
            .parameters
            .iter()
            .filter(composed)
            .map(|parameter| parameter.argument.as_str())
            .collect(),
        appended: Vec::new(),
    };
    repair.visit_block_mut(&mut function.block);
    leave_api_version_out(&mut function.block);
    let headers: Vec<&Parameter> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Header && composed(parameter))
        .collect();
    for parameter in headers {
        repair_header(function, parameter);
    }
    let appended = repair.appended;
    let mut statements = function.block.stmts.iter();
    if let Some(built) = statements.position(|statement| binds(statement, "request")) {
        function.block.stmts.splice(built + 1..built + 1, appended);
    }
    if let Body::Content {
        required: false, ..
    } = &operation.body
    {
        for input in &mut function.sig.inputs {
            if let FnArg::Typed(input) = input
                && matches!(input.pat.as_ref(), Pat::Ident(pattern) if pattern.ident == "body")
            {
                let ty = &input.ty;
                input.ty = parse_quote!(Option<#ty>);
            }
        }
    }
}

/// Writes the path of an operation that has lists or objects in it.
fn repair_path<'a>(
    function: &mut ImplItemFn,
    operation: &'a Operation,
    composed: &impl Fn(&&'a Parameter) -> bool,
) {
    let in_path: Vec<&Parameter> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Path)
        .collect();
    if !in_path.iter().any(composed) {
        return;
    }
    let mut template = format!("{{}}{}#{}", operation.path, operation.rust_name());
    let mut places: Vec<(usize, &Parameter)> = Vec::new();
    for parameter in in_path {
        let place = format!("{{{}}}", parameter.name);
        if let Some(at) = operation.path.find(&place) {
            places.push((at, parameter));
            template = template.replacen(&place, "{}", 1);
        }
    }
    places.sort_by_key(|(at, _)| *at);
    let values = places.iter().map(|(_, parameter)| {
        let ident = format_ident!("{}", argument(parameter));
        let name = &parameter.name;
        if composed(parameter) {
            let explode = parameter.style == Style::Simple { explode: true };
            quote! {
                ::pingone_client::parameters::path(#name, #ident, #explode).map_err(Error::InvalidRequest)?
            }
        } else {
            quote!(encode_path(&#ident.to_string()))
        }
    });
    let url: Stmt = parse_quote!(let url = format!(#template, self.baseurl, #(#values),*););
    let mut statements = function.block.stmts.iter_mut();
    if let Some(statement) = statements.find(|statement| binds(statement, "url")) {
        *statement = url;
    }
}

/// Whether a statement is the binding of a variable.
pub(super) fn binds(statement: &Stmt, variable: &str) -> bool {
    let Stmt::Local(local) = statement else {
        return false;
    };
    matches!(&local.pat, Pat::Ident(pattern) if pattern.ident == variable)
}

/// Whether a statement appends a header whose value, or the test before it, has this code.
fn appends_header(statement: &Stmt, code: &str) -> bool {
    if !matches!(
        statement,
        Stmt::Expr(Expr::MethodCall(_) | Expr::If(_) | Expr::Block(_), _)
    ) {
        return false;
    }
    let text = quote!(#statement).to_string();
    text.contains("header_map . append") && text.contains(code)
}

/// Writes a header that is a list or an object.
fn repair_header(function: &mut ImplItemFn, parameter: &Parameter) {
    let ident = format_ident!("{}", argument(parameter));
    let name = &parameter.name;
    let explode = parameter.style == Style::Simple { explode: true };
    let value = |value: TokenStream| {
        quote! {
            header_map.append(
                #name,
                ::pingone_client::parameters::header(#name, #value, #explode)
                    .map_err(Error::InvalidRequest)?
                    .try_into()?,
            );
        }
    };
    let written: Stmt = if parameter.required {
        let written = value(quote!(#ident));
        parse_quote!({ #written })
    } else {
        let written = value(quote!(value));
        parse_quote!(if let Some(value) = #ident { #written })
    };
    for statement in &mut function.block.stmts {
        if appends_header(statement, &format!("{name:?}")) {
            *statement = written;
            return;
        }
    }
}

struct Repair<'a> {
    operation: &'a Operation,
    /// The arguments that progenitor cannot write.
    composed: BTreeSet<&'a str>,
    /// What is done to the request once it is built.
    appended: Vec<Stmt>,
}

impl<'a> Repair<'a> {
    fn parameter(&self, location: Location, known_as: &str) -> Option<&'a Parameter> {
        self.operation
            .parameters
            .iter()
            .find(|parameter| parameter.location == location && argument(parameter) == known_as)
    }
}

impl VisitMut for Repair<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        // What is written here in place of a form fails by itself.
        if let Expr::Try(tried) = expression
            && matches!(tried.expr.as_ref(), Expr::MethodCall(call) if call.method == "form_urlencoded")
        {
            *expression = tried.expr.as_ref().clone();
        }
        syn::visit_mut::visit_expr_mut(self, expression);
        let Expr::MethodCall(call) = expression else {
            return;
        };
        let receiver = |call: &ExprMethodCall| (*call.receiver).clone();
        match call.method.to_string().as_str() {
            "query" => {
                if let Some(parameter) =
                    first_text(call).and_then(|name| self.parameter(Location::Query, &name))
                {
                    if !self.composed.contains(parameter.argument.as_str()) {
                        let name = parameter.name.clone();
                        set_first_text(call, &name);
                        return;
                    }
                    let ident = format_ident!("{}", argument(parameter));
                    let name = &parameter.name;
                    let style: TokenStream = style(parameter.style).parse().unwrap_or_default();
                    self.appended.push(parse_quote! {
                        ::pingone_client::parameters::query(request.url_mut(), #name, &#ident, #style)
                            .map_err(Error::InvalidRequest)?;
                    });
                    *expression = receiver(call);
                }
            }
            "append" => {
                if let Some(parameter) =
                    first_text(call).and_then(|name| self.parameter(Location::Header, &name))
                {
                    // The names of static headers are in lower case.
                    let name = parameter.name.clone();
                    set_first_text(call, &name);
                }
            }
            "json" | "form_urlencoded" => {
                let Body::Content {
                    required, format, ..
                } = &self.operation.body
                else {
                    return;
                };
                let written = match format {
                    Format::Form => quote! {
                        ::pingone_client::parameters::form(&body).map_err(Error::InvalidRequest)?
                    },
                    Format::Bytes => quote!(body.clone()),
                    Format::Json => quote! {
                        ::serde_json::to_vec(&body).map_err(|error| Error::InvalidRequest(error.to_string()))?
                    },
                };
                if !*required {
                    self.appended.push(parse_quote! {
                        if let Some(body) = body {
                            *request.body_mut() = Some(#written.into());
                        }
                    });
                    *expression = receiver(call);
                } else if *format != Format::Json {
                    let receiver = receiver(call);
                    *expression = parse_quote!(#receiver.body(#written));
                }
            }
            // Both come from the table of operations.
            "header" if call.args.first().is_some_and(is_from_table) => {
                *expression = receiver(call)
            }
            "options" => {
                let receiver = receiver(call);
                *expression = parse_quote!(#receiver.request(::reqwest::Method::OPTIONS, url));
            }
            "trace" => {
                let receiver = receiver(call);
                *expression = parse_quote!(#receiver.request(::reqwest::Method::TRACE, url));
            }
            _ => {}
        }
    }
}

fn is_from_table(expression: &Expr) -> bool {
    let Expr::Path(path) = expression else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == "ACCEPT" || segment.ident == "CONTENT_TYPE")
}

/// The first text among the arguments of a call, also of a call among them.
fn first_text(call: &ExprMethodCall) -> Option<String> {
    match call.args.first()? {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::Reference(reference) => match reference.expr.as_ref() {
            Expr::Call(inner) => match inner.args.first()? {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn set_first_text(call: &mut ExprMethodCall, text: &str) {
    let literal: Expr = parse_quote!(#text);
    match call.args.first_mut() {
        Some(Expr::Reference(reference)) => {
            if let Expr::Call(inner) = reference.expr.as_mut()
                && let Some(first) = inner.args.first_mut()
            {
                *first = literal;
            }
        }
        Some(first) => *first = literal,
        None => {}
    }
}

/// Takes out the header `api-version` that progenitor sends with every request; one that the document asks for stays.
fn leave_api_version_out(block: &mut syn::Block) {
    block
        .stmts
        .retain(|statement| !appends_header(statement, "Self :: api_version ()"));
    if block
        .stmts
        .iter()
        .any(|statement| appends_header(statement, ""))
    {
        return;
    }
    block
        .stmts
        .retain(|statement| !binds(statement, "header_map"));
    WithoutHeaders.visit_block_mut(block);
}

fn is_header_map(expression: &Expr) -> bool {
    matches!(expression, Expr::Path(path) if path.path.is_ident("header_map"))
}

/// Takes `.headers(header_map)` out of a chain of calls.
struct WithoutHeaders;

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
            && call.args.len() == 1
            && is_header_map(&call.args[0])
        {
            *expression = (*call.receiver).clone();
        }
        syn::visit_mut::visit_expr_mut(self, expression);
    }
}
