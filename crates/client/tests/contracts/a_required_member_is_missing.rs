use pingone_models::PasswordRecovery;

fn main() {
    let _ = PasswordRecovery::new("2FederateM0re!");
}
