use pingone_models::Secret;

fn main() {
    let _ = serde_json::to_string(&Secret::from("2FederateM0re!"));
}
