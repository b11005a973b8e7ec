//! Every way in which core says no: AWS's sentence and the exception's name. One table from error to wire.
//!
//! Sentences are AWS's where `trails.md` or `native.md` has them; those marked (I) are our own wording, since AWS's is
//! not known, and free to change.

use crate::place::AccountId;
use crate::quotas::DELEGATED_ADMINISTRATORS;

/// A refusal. `Display` is the sentence that goes into the answer's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    // The request itself.
    #[error("The operation {0} is not a CloudTrail operation.")] // (I)
    UnknownOperation(String),
    #[error("{0}")] // (I)
    Serialization(String),
    #[error(
        "localtrail does not answer {0} yet. The coverage table in its README lists what it does."
    )]
    Unsupported(String),
    #[error("{0}")]
    InvalidParameter(String),
    #[error("{0}")]
    InvalidParameterCombination(String),
    #[error("{0}")]
    Internal(String),
    #[error("Rate exceeded")]
    Throttling,

    // Trails.
    #[error("{0}")]
    InvalidTrailName(String),
    #[error("{0}")]
    ArnInvalid(String),
    #[error("Unknown trail: {shown} for the user: {account}")]
    TrailNotFound { shown: String, account: AccountId },
    #[error("Trail {name} already exists for customer: {account}")]
    TrailAlreadyExists { name: String, account: AccountId },
    #[error("User: {account} already has {count} trails in {region}.")]
    MaximumNumberOfTrails {
        account: AccountId,
        count: usize,
        region: String,
    },
    #[error("The operation must be called from the home region of the trail: {0}.")] // (I)
    InvalidHomeRegion(String),
    #[error(
        "The request could not be processed because your organization hasn’t enabled CloudTrail service access. Enable service access for CloudTrail, and then try again."
    )]
    AccessNotEnabled,

    // Organizations.
    #[error(
        "You cannot configure or manage trails for an organization because this action requires being signed in with the management account."
    )]
    NotOrganizationMasterAccount,
    #[error("The account is not a member of an organization.")] // (I)
    OrganizationsNotInUse,
    #[error("The organization does not have all features enabled.")] // (I)
    OrganizationNotInAllFeaturesMode,
    #[error(
        "AWS CloudTrail cannot create resources for your organization because access to one or more required APIs has been denied."
    )]
    InsufficientDependencyServiceAccess,
    #[error("The management account has no service-linked role for CloudTrail.")] // (I)
    NoManagementAccountSlrExists,
    #[error("The account {0} is not the management account of its organization.")] // (I)
    NotOrganizationManagementAccount(AccountId),
    #[error(
        "The task can't be completed because you are signed in with an account that lacks permissions to create a service-linked role in AWS CloudTrail. Sign in to an account with the required permissions and then try again."
    )]
    InsufficientIamAccess,
    #[error("The account {0} is not a member of the organization.")] // (I)
    AccountNotFound(String),
    #[error("The account {0} is a delegated administrator already.")] // (I)
    AccountRegistered(AccountId),
    #[error("The account {0} is not a delegated administrator.")] // (I)
    AccountNotRegistered(AccountId),
    #[error("The management account cannot be a delegated administrator.")] // (I)
    CannotDelegateManagementAccount,
    #[error("The organization has {DELEGATED_ADMINISTRATORS} delegated administrators already.")]
    // (I)
    DelegatedAdminAccountLimitExceeded,

    // Where trails deliver to.
    #[error("{0}")]
    InvalidS3BucketName(String),
    #[error("S3 bucket {0} does not exist!")]
    S3BucketDoesNotExist(String),
    #[error("Incorrect S3 bucket policy is detected for bucket: {0}")]
    InsufficientS3BucketPolicy(String),
    #[error("{0}")]
    InvalidS3Prefix(String),
    #[error("{0}")]
    InvalidSnsTopicName(String),
    #[error("SNS Topic does not exist or the topic policy is incorrect!")]
    InsufficientSnsTopicPolicy,
    #[error("{0}")]
    InvalidLogGroupArn(String),
    #[error("{0}")]
    InvalidLogsRoleArn(String),
    #[error("The KMS key {0} is not valid.")] // (I)
    InvalidKmsKeyId(String),
    #[error(
        "KMS key ID {key} does not exist, or s3 bucket {bucket} and key are not in the same region."
    )]
    KmsKeyNotFound { key: String, bucket: String },
    #[error("Insufficient permissions to access S3 bucket {bucket} or KMS key {key}.")]
    InsufficientEncryptionPolicy { key: String, bucket: String },

    // Selectors.
    #[error("{0}")]
    InvalidEventSelectors(String),
    #[error("{0}")]
    InvalidInsightSelectors(String),
    #[error(
        "Trail {0} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again."
    )]
    InsightNotEnabled(String),
    #[error("The event data store {0} does not exist.")] // (I)
    EventDataStoreNotFound(String),
    #[error("The event data store ARN {0} is not valid.")] // (I)
    EventDataStoreArnInvalid(String),

    // Tags.
    #[error("{0}")]
    InvalidTagParameter(String),
    #[error("The resource {0} would have more than 50 tags.")] // (I)
    TagsLimitExceeded(String),
    #[error("The resource {0} does not exist.")] // (I)
    ResourceNotFound(String),
    #[error("The operation is not supported for {0}.")] // (I)
    ResourceTypeNotSupported(String),

    // Resource policies.
    #[error("The resource ARN {0} is not valid.")] // (I)
    ResourceArnNotValid(String),
    #[error("{0}")]
    ResourcePolicyNotValid(String),

    // Event history and keys.
    #[error("{0}")]
    InvalidLookupAttributes(String),
    #[error("The start time must not be after the end time, nor in the future.")] // (I)
    InvalidTimeRange,
    #[error("A max results value of {0} is invalid. Specify max results between 1 and 50.")]
    InvalidMaxResults(String),
    #[error("The next token is invalid, or belongs to a request with other parameters.")] // (I)
    InvalidNextToken,
    #[error("The event category {0} is invalid.")] // (I)
    InvalidEventCategory(String),
}

impl Refusal {
    /// The exception's name, as in `__type`: no namespace, no query-style alias (O, trails.md 1).
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::UnknownOperation(_) => "UnknownOperationException",
            Self::Serialization(_) => "SerializationException",
            Self::Unsupported(_) => "UnsupportedOperationException",
            Self::InvalidParameter(_) => "InvalidParameterException",
            Self::InvalidParameterCombination(_) => "InvalidParameterCombinationException",
            Self::Internal(_) => "InternalFailure",
            Self::Throttling => "ThrottlingException",
            Self::InvalidTrailName(_) => "InvalidTrailNameException",
            Self::ArnInvalid(_) => "CloudTrailARNInvalidException",
            Self::TrailNotFound { .. } => "TrailNotFoundException",
            Self::TrailAlreadyExists { .. } => "TrailAlreadyExistsException",
            Self::MaximumNumberOfTrails { .. } => "MaximumNumberOfTrailsExceededException",
            Self::InvalidHomeRegion(_) => "InvalidHomeRegionException",
            Self::AccessNotEnabled => "CloudTrailAccessNotEnabledException",
            Self::NotOrganizationMasterAccount => "NotOrganizationMasterAccountException",
            Self::OrganizationsNotInUse => "OrganizationsNotInUseException",
            Self::OrganizationNotInAllFeaturesMode => "OrganizationNotInAllFeaturesModeException",
            Self::InsufficientDependencyServiceAccess => {
                "InsufficientDependencyServiceAccessPermissionException"
            }
            Self::NoManagementAccountSlrExists => "NoManagementAccountSLRExistsException",
            Self::NotOrganizationManagementAccount(_) => {
                "NotOrganizationManagementAccountException"
            }
            Self::InsufficientIamAccess => "InsufficientIAMAccessPermissionException",
            Self::AccountNotFound(_) => "AccountNotFoundException",
            Self::AccountRegistered(_) => "AccountRegisteredException",
            Self::AccountNotRegistered(_) => "AccountNotRegisteredException",
            Self::CannotDelegateManagementAccount => "CannotDelegateManagementAccountException",
            Self::DelegatedAdminAccountLimitExceeded => {
                "DelegatedAdminAccountLimitExceededException"
            }
            Self::InvalidS3BucketName(_) => "InvalidS3BucketNameException",
            Self::S3BucketDoesNotExist(_) => "S3BucketDoesNotExistException",
            Self::InsufficientS3BucketPolicy(_) => "InsufficientS3BucketPolicyException",
            Self::InvalidS3Prefix(_) => "InvalidS3PrefixException",
            Self::InvalidSnsTopicName(_) => "InvalidSnsTopicNameException",
            Self::InsufficientSnsTopicPolicy => "InsufficientSnsTopicPolicyException",
            Self::InvalidLogGroupArn(_) => "InvalidCloudWatchLogsLogGroupArnException",
            Self::InvalidLogsRoleArn(_) => "InvalidCloudWatchLogsRoleArnException",
            Self::InvalidKmsKeyId(_) => "InvalidKmsKeyIdException",
            Self::KmsKeyNotFound { .. } => "KmsKeyNotFoundException",
            Self::InsufficientEncryptionPolicy { .. } => "InsufficientEncryptionPolicyException",
            Self::InvalidEventSelectors(_) => "InvalidEventSelectorsException",
            Self::InvalidInsightSelectors(_) => "InvalidInsightSelectorsException",
            Self::InsightNotEnabled(_) => "InsightNotEnabledException",
            Self::EventDataStoreNotFound(_) => "EventDataStoreNotFoundException",
            Self::EventDataStoreArnInvalid(_) => "EventDataStoreARNInvalidException",
            Self::InvalidTagParameter(_) => "InvalidTagParameterException",
            Self::TagsLimitExceeded(_) => "TagsLimitExceededException",
            Self::ResourceNotFound(_) => "ResourceNotFoundException",
            Self::ResourceTypeNotSupported(_) => "ResourceTypeNotSupportedException",
            Self::ResourceArnNotValid(_) => "ResourceARNNotValidException",
            Self::ResourcePolicyNotValid(_) => "ResourcePolicyNotValidException",
            Self::InvalidLookupAttributes(_) => "InvalidLookupAttributesException",
            Self::InvalidTimeRange => "InvalidTimeRangeException",
            Self::InvalidMaxResults(_) => "InvalidMaxResultsException",
            Self::InvalidNextToken => "InvalidNextTokenException",
            Self::InvalidEventCategory(_) => "InvalidEventCategoryException",
        }
    }

    /// 400 for every modelled error, whatever the Smithy traits say: that is what the JSON endpoint was seen to send
    /// (O, trails.md 1). 500 only for a store that failed.
    pub(crate) fn status(&self) -> u16 {
        if matches!(self, Self::Internal(_)) {
            500
        } else {
            400
        }
    }
}
