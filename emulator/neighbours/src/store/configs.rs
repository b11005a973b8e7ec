//! A bucket's settings that are only kept and answered. None of them changes how objects behave here.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BucketName, Store};
use crate::error::{Result, disk};

impl Store {
    /// The setting as it was put; `None` where it never was.
    pub(crate) fn config<T: DeserializeOwned>(
        &self,
        bucket: &BucketName,
        flag: &str,
    ) -> Result<Option<T>> {
        let info = self.bucket(bucket)?;
        Ok(info
            .configs
            .get(flag)
            .and_then(|value| serde_json::from_value(value.clone()).ok()))
    }

    /// Keeps a setting, or with `None` forgets it.
    pub(crate) fn set_config<T: Serialize>(
        &self,
        bucket: &BucketName,
        flag: &str,
        value: Option<&T>,
    ) -> Result<()> {
        let value = value
            .map(serde_json::to_value)
            .transpose()
            .map_err(std::io::Error::other)
            .map_err(disk)?;
        self.update_bucket(bucket, |info| match value {
            Some(value) => {
                info.configs.insert(flag.to_owned(), value);
            }
            None => {
                info.configs.remove(flag);
            }
        })
    }
}
