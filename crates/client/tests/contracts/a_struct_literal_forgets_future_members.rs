use pingone_models::UserVerification;

fn main() {
    let _ = UserVerification {
        verification_code: "A1B2C3D4".into(),
    };
}
