//! Terraform with AWS's provider, where both are on the machine. Nothing is installed: the provider alone has 700 MB.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::Emulator;
use crate::tools::{must, text};

/// Where the provider lies in a mirror.
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// A folder with the configuration, initialized, that declares its trail at an emulator.
#[derive(Debug)]
pub struct Terraform {
    folder: TempDir,
    endpoint: String,
}

impl Terraform {
    /// Initializes a new folder with the provider of the mirror.
    ///
    /// # Panics
    /// When Terraform cannot.
    #[must_use]
    pub fn init(emulator: &Emulator, mirror: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("terraform/main.tf");
        fs::copy(source, folder.path().join("main.tf")).expect("main.tf is part of the sources");
        let mirror = serde_json::Value::from(mirror.to_string_lossy());
        let config = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n"
        );
        fs::write(folder.path().join("terraform.rc"), config)
            .expect("the temporary folder can be written");
        let made = Self {
            folder,
            endpoint: emulator.endpoint().to_owned(),
        };
        must(&mut made.command(&["init"]));
        made
    }

    /// A command that must succeed; all it printed.
    ///
    /// # Panics
    /// With what it printed, when it does not.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(
            output.status.success(),
            "terraform {arguments:?}\n{}",
            text(&output)
        );
        text(&output)
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command.output().expect("Terraform was found before")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        let (verb, rest) = arguments.split_first().expect("a command has a name");
        command.args([verb, "-no-color"]).args(rest);
        // Somebody's own settings must not change what is tested.
        for (name, _) in std::env::vars_os() {
            if ["AWS_", "TF_"]
                .iter()
                .any(|prefix| name.to_string_lossy().starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env(
                "TF_CLI_CONFIG_FILE",
                self.folder.path().join("terraform.rc"),
            )
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("TF_VAR_endpoint", &self.endpoint)
            .env("CHECKPOINT_DISABLE", "1");
        command
    }
}

/// The mirror of providers: the one that `LOCALTRAIL_TERRAFORM_PLUGINS` names, or the first of those in which Terraform
/// itself looks. `None` where there is no AWS provider in any, or no `terraform`.
///
/// # Panics
/// When a mirror was named, and there is no `terraform` or no provider in it: then it must be tested. No other variable
/// asks for this, since a test cannot install it.
#[must_use]
pub fn mirror() -> Option<PathBuf> {
    let found = Command::new("terraform").arg("version").output();
    let present = found.is_ok_and(|output| output.status.success());
    if let Some(named) = std::env::var_os("LOCALTRAIL_TERRAFORM_PLUGINS") {
        let named = PathBuf::from(named);
        assert!(
            present && named.join(PROVIDER).is_dir(),
            "LOCALTRAIL_TERRAFORM_PLUGINS is set, and there is no terraform, or no {PROVIDER} in {}",
            named.display()
        );
        return Some(named);
    }
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".terraform.d/plugins"));
    let shared = [
        "/usr/local/share/terraform/plugins",
        "/usr/share/terraform/plugins",
    ];
    let mut mirrors = home.into_iter().chain(shared.map(PathBuf::from));
    mirrors.find(|mirror| present && mirror.join(PROVIDER).is_dir())
}
