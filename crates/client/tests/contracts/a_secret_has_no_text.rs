use pingone_models::Secret;

fn main() {
    println!("{}", Secret::from("2FederateM0re!"));
}
