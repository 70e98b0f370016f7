//! What a workspace model stands on, and who may build there.

use transom_identity::{Caller, Proof};
use transom_store::ModelRow;

use crate::{ApiError, App, Result, routes::grants::unauthorized};

/// Whether somebody may build on a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// They may.
    Open,
    /// Nobody has decided about that model yet: an administrator has to.
    Undecided,
}

/// Whether the caller may build a model on `base`.
///
/// # Errors
/// 401 when the model is kept from the caller or when there is no base: settings on a server's own model decide who may
/// use it, which is for administrators; 400 when there is no such model.
pub async fn check(app: &App, caller: &Caller, base: Option<&str>) -> Result<Base> {
    if caller.is_admin() {
        return Ok(Base::Open);
    }
    let Some(base) = base else { return Err(unauthorized()) };
    let Some(model) = app.providers.catalogue().find(base).await else {
        return Err(ApiError::bad_request("The base model does not exist. Please choose another one."));
    };
    if app.chat.may_use(caller, &model).await? {
        return Ok(Base::Open);
    }
    if model.access.is_some() { Err(unauthorized()) } else { Ok(Base::Undecided) }
}

/// Refuses to switch on a model whose owner may not use what it stands on; administrators decide freely.
///
/// # Errors
/// As [`check`], and 401 when nobody has decided about the base yet.
pub async fn check_switching_on(app: &App, caller: &Caller, row: &ModelRow) -> Result<()> {
    if caller.is_admin() {
        return Ok(());
    }
    let owner = app.identity.user(&row.user_id).await?.ok_or_else(unauthorized)?;
    let owner = Caller { user: owner, proof: Proof::ApiKey };
    match check(app, &owner, row.base_model_id.as_deref()).await? {
        Base::Open => Ok(()),
        Base::Undecided => Err(unauthorized()),
    }
}
