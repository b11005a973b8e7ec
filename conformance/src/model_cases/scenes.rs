//! What the model does not know of an operation: what must be there before it,
//! which input means something, and what must still hold when it was refused.
//! One row an operation, in the order of the alphabet.

/// How a meaningful input ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It succeeds.
    Success,
    /// It is refused by one of these exceptions (`A|B`), because nothing that
    /// it is for can be made here.
    Refused(&'static str),
}

/// What another account is told that sends the same input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stranger {
    /// The same as the owner of nothing: the input names nothing of the account.
    Free,
    /// It is refused.
    Refused,
    /// This, a pattern.
    Answered(&'static str),
}

/// One operation.
#[derive(Debug)]
pub(super) struct Scene {
    /// Its name.
    pub(super) operation: &'static str,
    /// Whether it only reads.
    pub(super) reads: bool,
    /// The steps before it.
    pub(super) before: &'static [&'static str],
    /// Meaningful inputs, the fullest first; a second one for members that the
    /// first cannot have beside its own.
    pub(super) inputs: &'static [&'static str],
    /// The least input and how it ends; none if it is the first input's
    /// required members and ends alike.
    pub(super) least: Option<(&'static str, Outcome)>,
    /// How the inputs end.
    pub(super) outcome: Outcome,
    /// An input that is refused for its meaning, and the exceptions (`A|B`).
    pub(super) refused: Option<(&'static str, &'static str)>,
    /// What another account is told.
    pub(super) stranger: Stranger,
    /// The steps that show that nothing was changed.
    pub(super) after: &'static [&'static str],
}

const NOTHING: &[&str] = &[];

/// A trail with everything that a trail can have, logging.
const TRAIL: &[&str] = &[
    "bucket $b with path=*",
    r#"> CreateTrail {"Name":"$t1","S3BucketName":"$b","S3KeyPrefix":"p","EnableLogFileValidation":true,"TagsList":[{"Key":"a","Value":"1"}]}"#,
    r#"< 200 {"TrailARN":<any as arn>,...}"#,
    r#"> PutEventSelectors {"TrailName":"$t1","EventSelectors":[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::some/"]}]}]}"#,
    r#"> PutInsightSelectors {"TrailName":"$t1","InsightSelectors":[{"InsightType":"ApiErrorRateInsight"}]}"#,
    r#"> StartLogging {"Name":"$t1"}"#,
    r#"> GetTrailStatus {"Name":"$t1"}"#,
    r#"< 200 {"StartLoggingTime":<time as started>,...}"#,
    "> DescribeTrails {}",
    r#"< 200 {"trailList":[{"HasCustomEventSelectors":<boolean as custom>,"HasInsightSelectors":<boolean as insights>,"LogFileValidationEnabled":<boolean as validated>,...}]}"#,
];

/// That trail as it was, and no other. What the answers hold besides is other
/// cases' business.
const TRAIL_AS_IT_WAS: &[&str] = &[
    "> DescribeTrails {}",
    r#"< 200 {"trailList":[{"Name":"$t1","S3BucketName":"$b","S3KeyPrefix":"p","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"HomeRegion":"$region","TrailARN":"$arn","LogFileValidationEnabled":$validated,"HasCustomEventSelectors":$custom,"HasInsightSelectors":$insights,"IsOrganizationTrail":false,...}]}"#,
    r#"> GetTrailStatus {"Name":"$t1"}"#,
    r#"< 200 {"IsLogging":true,"StartLoggingTime":$started,"StopLoggingTime":<absent>,"TimeLoggingStopped":"",...}"#,
    r#"> GetEventSelectors {"TrailName":"$t1"}"#,
    r#"< 200 {"EventSelectors":[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::some/"]}],...}],...}"#,
    r#"> GetInsightSelectors {"TrailName":"$t1"}"#,
    r#"< 200 {"InsightSelectors":[{"InsightType":"ApiErrorRateInsight",...}],...}"#,
    r#"> ListTags {"ResourceIdList":["$arn"]}"#,
    r#"< 200 {"ResourceTagList":[{"ResourceId":"$arn","TagsList":[{"Key":"a","Value":"1"}]}]}"#,
];

const CONFIGURED: &[&str] = &[
    "bucket $b",
    r#"> CreateTrail {"Name":"$t1","S3BucketName":"$b"}"#,
    r#"< 200 {"TrailARN":<any as arn>,...}"#,
    r#"> PutEventConfiguration {"TrailName":"$t1","AggregationConfigurations":[{"EventCategory":"Data","Templates":["USER_ACTIONS"]}]}"#,
];

const CONFIGURED_AS_IT_WAS: &[&str] = &[
    r#"> GetEventConfiguration {"TrailName":"$t1"}"#,
    r#"< 200 {"TrailARN":"$arn","AggregationConfigurations":[{"EventCategory":"Data","Templates":["USER_ACTIONS"]}]}"#,
    r#"> GetTrail {"Name":"$t1"}"#,
    r#"< 200 {"Trail":{"HasCustomEventSelectors":false,"HasInsightSelectors":false,...}}"#,
];

const ORGANIZATION: &[&str] = &[
    r#"organization $o {"managementAccount":"$account","members":["$account3","$account4"],"featureSet":"ALL","cloudTrailAccess":true}"#,
];

const NOBODY_REGISTERED: &[&str] = &[
    r#"> DeregisterOrganizationDelegatedAdmin {"DelegatedAdminAccountId":"$account3"}"#,
    "< 400 AccountNotRegisteredException",
];

const REGISTERED: &[&str] = &[
    ORGANIZATION[0],
    r#"> RegisterOrganizationDelegatedAdmin {"MemberAccountId":"$account3"}"#,
];

const STILL_REGISTERED: &[&str] = &[
    r#"> RegisterOrganizationDelegatedAdmin {"MemberAccountId":"$account3"}"#,
    "< 400 AccountRegisteredException",
];

const NO_TRAIL: &[&str] = &["> ListTrails {}", r#"< 200 {"Trails":[]}"#];

const UNKNOWN: Option<(&str, &str)> = Some((r#"{"Name":"nope-1"}"#, "TrailNotFoundException"));
const UNKNOWN_TRAIL: Option<(&str, &str)> =
    Some((r#"{"TrailName":"nope-1"}"#, "TrailNotFoundException"));

/// Nothing that a policy could be attached to is there.
const NO_RESOURCE: Outcome = Outcome::Refused(
    "ResourceNotFoundException|ResourceARNNotValidException|ResourcePolicyNotFoundException",
);

/// An operation on a trail by its name, which must be there.
const fn on_trail(operation: &'static str, inputs: &'static [&'static str]) -> Scene {
    Scene {
        operation,
        reads: false,
        before: TRAIL,
        inputs,
        least: None,
        outcome: Outcome::Success,
        refused: UNKNOWN,
        stranger: Stranger::Refused,
        after: TRAIL_AS_IT_WAS,
    }
}

/// The same, of an operation that only reads.
const fn reads_trail(operation: &'static str, inputs: &'static [&'static str]) -> Scene {
    Scene {
        reads: true,
        ..on_trail(operation, inputs)
    }
}

/// An operation on resource policies.
const fn on_policy(operation: &'static str, inputs: &'static [&'static str]) -> Scene {
    Scene {
        operation,
        reads: false,
        before: NOTHING,
        inputs,
        least: None,
        outcome: NO_RESOURCE,
        refused: None,
        stranger: Stranger::Free,
        after: NOTHING,
    }
}

/// Every operation of the trails half.
pub(super) const SCENES: &[Scene] = &[
    Scene {
        refused: Some((
            r#"{"ResourceId":"$arn","TagsList":[{"Key":"b"},{"Key":"b"}]}"#,
            "InvalidTagParameterException",
        )),
        ..on_trail(
            "AddTags",
            &[
                r#"{"ResourceId":"$arn","TagsList":[{"Key":"b","Value":"2"},{"Key":"c","Value":"3"}]}"#,
            ],
        )
    },
    Scene {
        before: &["bucket $b with path=*"],
        refused: Some((
            r#"{"Name":"ab","S3BucketName":"$b"}"#,
            "InvalidTrailNameException",
        )),
        stranger: Stranger::Free,
        after: NO_TRAIL,
        ..on_trail(
            "CreateTrail",
            &[
                r#"{"Name":"$t1","S3BucketName":"$b","S3KeyPrefix":"p","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"EnableLogFileValidation":true,"IsOrganizationTrail":false,"TagsList":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}],"RecursiveLogging":true}"#,
            ],
        )
    },
    on_policy(
        "DeleteResourcePolicy",
        &[
            r#"{"ResourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:channel/5f00b2ac-0000-4aaa-8bbb-0123456789ab"}"#,
        ],
    ),
    on_trail("DeleteTrail", &[r#"{"Name":"$t1"}"#]),
    Scene {
        before: REGISTERED,
        refused: Some((
            r#"{"DelegatedAdminAccountId":"$account4"}"#,
            "AccountNotRegisteredException",
        )),
        after: STILL_REGISTERED,
        ..on_trail(
            "DeregisterOrganizationDelegatedAdmin",
            &[r#"{"DelegatedAdminAccountId":"$account3"}"#],
        )
    },
    Scene {
        refused: Some((r#"{"trailNameList":["ab"]}"#, "InvalidTrailNameException")),
        stranger: Stranger::Answered(r#"{"trailList":[]}"#),
        ..reads_trail(
            "DescribeTrails",
            &[r#"{"trailNameList":["$t1","$arn"],"includeShadowTrails":true}"#],
        )
    },
    Scene {
        before: CONFIGURED,
        least: Some(("{}", Outcome::Refused("InvalidParameterException"))),
        refused: UNKNOWN_TRAIL,
        after: CONFIGURED_AS_IT_WAS,
        ..reads_trail("GetEventConfiguration", &[r#"{"TrailName":"$t1"}"#])
    },
    Scene {
        refused: UNKNOWN_TRAIL,
        ..reads_trail("GetEventSelectors", &[r#"{"TrailName":"$t1"}"#])
    },
    Scene {
        least: Some(("{}", Outcome::Refused("InvalidParameterException"))),
        refused: UNKNOWN_TRAIL,
        ..reads_trail("GetInsightSelectors", &[r#"{"TrailName":"$t1"}"#])
    },
    Scene {
        reads: true,
        ..on_policy(
            "GetResourcePolicy",
            &[
                r#"{"ResourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:channel/5f00b2ac-0000-4aaa-8bbb-0123456789ab"}"#,
            ],
        )
    },
    reads_trail("GetTrail", &[r#"{"Name":"$t1"}"#]),
    reads_trail("GetTrailStatus", &[r#"{"Name":"$t1"}"#]),
    Scene {
        refused: Some((
            r#"{"InsightSource":"$arn","DataType":"InsightsEvents","MaxResults":51}"#,
            "InvalidParameterException",
        )),
        ..reads_trail(
            "ListInsightsData",
            &[
                r#"{"InsightSource":"$arn","DataType":"InsightsEvents","Dimensions":{"EventId":"5f00b2ac-0000-4aaa-8bbb-0123456789ab"},"StartTime":1700000000,"EndTime":1700003600,"MaxResults":42}"#,
            ],
        )
    },
    Scene {
        least: Some((
            r#"{"EventSource":"s3.amazonaws.com","EventName":"PutBucketPolicy","InsightType":"ApiCallRateInsight"}"#,
            Outcome::Success,
        )),
        refused: Some((
            r#"{"EventSource":"s3.amazonaws.com","EventName":"PutBucketPolicy","InsightType":"ApiErrorRateInsight"}"#,
            "InvalidParameterException",
        )),
        ..reads_trail(
            "ListInsightsMetricData",
            &[
                r#"{"TrailName":"$t1","EventSource":"s3.amazonaws.com","EventName":"PutObject","InsightType":"ApiErrorRateInsight","ErrorCode":"AccessDenied","StartTime":1700000000,"EndTime":1700003600,"Period":3600,"DataType":"NonZeroData","MaxResults":42}"#,
            ],
        )
    },
    Scene {
        before: NOTHING,
        refused: Some((
            r#"{"StartTime":1700000001,"EndTime":1700000000}"#,
            "InvalidTimeRangeException",
        )),
        stranger: Stranger::Free,
        after: NOTHING,
        ..reads_trail(
            "ListPublicKeys",
            &[r#"{"StartTime":1700000000,"EndTime":1700003600}"#],
        )
    },
    Scene {
        refused: Some((
            r#"{"ResourceIdList":["$t1"]}"#,
            "CloudTrailARNInvalidException",
        )),
        ..reads_trail("ListTags", &[r#"{"ResourceIdList":["$arn"]}"#])
    },
    Scene {
        refused: None,
        stranger: Stranger::Answered(r#"{"Trails":[]}"#),
        ..reads_trail("ListTrails", &["{}"])
    },
    Scene {
        refused: Some((r#"{"MaxResults":51}"#, "InvalidMaxResultsException")),
        stranger: Stranger::Answered(r#"{"Events":[]}"#),
        ..reads_trail(
            "LookupEvents",
            &[
                r#"{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"CreateTrail"}],"MaxResults":42}"#,
                r#"{"StartTime":1700000000,"EndTime":1700003600,"EventCategory":"insight"}"#,
            ],
        )
    },
    Scene {
        before: CONFIGURED,
        least: Some(("{}", Outcome::Refused("InvalidParameterException"))),
        refused: Some((
            r#"{"TrailName":"nope-1","AggregationConfigurations":[]}"#,
            "TrailNotFoundException",
        )),
        after: CONFIGURED_AS_IT_WAS,
        ..on_trail(
            "PutEventConfiguration",
            &[
                r#"{"TrailName":"$t1","AggregationConfigurations":[{"EventCategory":"Data","Templates":["API_ACTIVITY","RESOURCE_ACCESS"]}]}"#,
            ],
        )
    },
    Scene {
        least: Some((
            r#"{"TrailName":"$t1"}"#,
            Outcome::Refused("InvalidEventSelectorsException"),
        )),
        refused: Some((
            r#"{"TrailName":"nope-1","EventSelectors":[{}]}"#,
            "TrailNotFoundException",
        )),
        ..on_trail(
            "PutEventSelectors",
            &[
                r#"{"TrailName":"$t1","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a/","arn:aws:s3:::b/"]}],"ExcludeManagementEventSources":["kms.amazonaws.com","rdsdata.amazonaws.com"]}]}"#,
                r#"{"TrailName":"$t1","AdvancedEventSelectors":[{"Name":"mine","FieldSelectors":[{"Field":"resources.ARN","Equals":["arn:aws:s3:::a/1"],"StartsWith":["arn:aws:s3:::a/"],"EndsWith":["1"],"NotEquals":["arn:aws:s3:::a/2"],"NotStartsWith":["arn:aws:s3:::b/"],"NotEndsWith":["3"]},{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}]}]}"#,
            ],
        )
    },
    Scene {
        least: Some((
            r#"{"InsightSelectors":[]}"#,
            Outcome::Refused("InvalidParameterException"),
        )),
        refused: Some((
            r#"{"TrailName":"nope-1","InsightSelectors":[]}"#,
            "TrailNotFoundException",
        )),
        ..on_trail(
            "PutInsightSelectors",
            &[
                r#"{"TrailName":"$t1","InsightSelectors":[{"InsightType":"ApiCallRateInsight","EventCategories":["Management","Data"]}]}"#,
            ],
        )
    },
    on_policy(
        "PutResourcePolicy",
        &[
            r#"{"ResourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:channel/5f00b2ac-0000-4aaa-8bbb-0123456789ab","ResourcePolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"cloudtrail-data:PutAuditEvents\",\"Resource\":\"*\"}]}"}"#,
        ],
    ),
    Scene {
        before: ORGANIZATION,
        refused: Some((
            r#"{"MemberAccountId":"$account"}"#,
            "CannotDelegateManagementAccountException",
        )),
        after: NOBODY_REGISTERED,
        ..on_trail(
            "RegisterOrganizationDelegatedAdmin",
            &[r#"{"MemberAccountId":"$account3"}"#],
        )
    },
    Scene {
        refused: Some((
            r#"{"ResourceId":"$t1","TagsList":[{"Key":"a"}]}"#,
            "CloudTrailARNInvalidException",
        )),
        ..on_trail(
            "RemoveTags",
            &[r#"{"ResourceId":"$arn","TagsList":[{"Key":"a","Value":"1"}]}"#],
        )
    },
    on_trail("StartLogging", &[r#"{"Name":"$t1"}"#]),
    on_trail("StopLogging", &[r#"{"Name":"$t1"}"#]),
    on_trail(
        "UpdateTrail",
        &[
            r#"{"Name":"$t1","S3BucketName":"$b","S3KeyPrefix":"q","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"EnableLogFileValidation":false,"IsOrganizationTrail":false,"RecursiveLogging":false}"#,
        ],
    ),
];
