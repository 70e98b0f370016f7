//! `transom user`: look at accounts and change them.

use std::{io::BufRead as _, process::ExitCode};

use transom_identity::{NewAccount, SignedIn};
use transom_store::{User, UserPatch, UserQuery};

use crate::{
    cli::{DataArgs, UserAction},
    compose::{self, Base, Failure},
    output,
};

pub async fn run(action: UserAction, data: &DataArgs) -> Result<ExitCode, Failure> {
    let settings = compose::settings(data, Vec::new())?;
    let base = compose::base(settings).await?;
    let done = act(action, &base).await;
    base.store.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(action: UserAction, base: &Base) -> Result<(), Failure> {
    match action {
        UserAction::List => list(base).await,
        UserAction::Create { email, name, role } => {
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_string());
            let account = NewAccount { name, email, password: password()?, profile_image_url: String::new() };
            let SignedIn { user, .. } = base.identity.add_user(account, role.into()).await?;
            output::line(&format!("Made {} ({}).", user.email, user.role.as_str()));
            Ok(())
        }
        UserAction::SetPassword { email } => {
            let user = find(base, &email).await?;
            base.identity.set_password(&user.id, &password()?).await?;
            base.identity.end_sessions(&user.id, None).await?;
            output::line(&format!("{} has a new password.", user.email));
            Ok(())
        }
        UserAction::SetRole { email, role } => {
            let user = find(base, &email).await?;
            let patch = UserPatch { role: Some(role.into()), ..UserPatch::default() };
            let user = base.identity.update_user(&user.id, patch).await?;
            output::line(&format!("{} is now {}.", user.email, user.role.as_str()));
            Ok(())
        }
    }
}

async fn list(base: &Base) -> Result<(), Failure> {
    let (users, _) = base.store.users.list(UserQuery::default()).await?;
    let day = |seconds: i64| {
        let time = chrono::DateTime::from_timestamp(seconds, 0).filter(|_| seconds > 0);
        time.map_or_else(|| "never".to_string(), |t| t.format("%Y-%m-%d").to_string())
    };
    let row = |u: User| {
        vec![u.email, u.name, u.role.as_str().to_string(), day(u.created_at), day(u.last_active_at)]
    };
    output::table(&["E-mail", "Name", "Role", "Made", "Last active"], users.into_iter().map(row).collect());
    Ok(())
}

async fn find(base: &Base, email: &str) -> Result<User, Failure> {
    let user = base.store.users.by_email(&email.trim().to_lowercase()).await?;
    user.ok_or_else(|| format!("There is no account {email}. `transom user list` shows all of them.").into())
}

/// A password from standard input, so that it stands neither in the process list nor in the shell's history.
fn password() -> Result<String, Failure> {
    use std::io::IsTerminal as _;
    let input = std::io::stdin();
    if input.is_terminal() {
        output::line("Type the password and press Enter:");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_string();
    if password.is_empty() {
        return Err("No password was given on standard input.".into());
    }
    Ok(password)
}
