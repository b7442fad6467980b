/**
 * Names for the types that are generated from the OpenAPI document (`npm run api:types`); nothing is written twice.
 * Times are ISO 8601 with offset; money is exact text.
 */
import type { Drawn, JsonSchema } from "./documents";
import type { components, operations } from "./schema.gen";

type Schemas = components["schemas"];

export type LocalisedText = Schemas["LocalTextShape"];
export type MoneyValue = Schemas["MoneyShape"];
/** A list without pages. */
export type Listed<T> = { results: T[] };
/** A list that is read page by page. */
export type Page<T> = Listed<T> & Pick<Schemas["TasksShape"], "next">;

export type Session = Schemas["SessionOutput"];
export type SessionUser = Schemas["UserOutput"];
export type DemoAccount = Schemas["DemoAccountOutput"];
export type Role = SessionUser["roles"][number];
export type Language = SessionUser["language"];

// -- node types, templates, definitions ---------------------------------------------------------------------
export type NodeTypeInfo = Omit<Schemas["NodeTypeShape"], "config_schema"> & { config_schema: JsonSchema };
export type NodeCategory = NodeTypeInfo["category"];
export type Trigger = Schemas["TriggerShape"];
export type StoredTemplate = Schemas["TemplateShape"];

export type Problem = Schemas["ProblemShape"];
export type DefinitionSummary = Schemas["DefinitionShape"];
export type NewDefinition = Schemas["DefinitionsViewGivenRequest"];
export type CreatedDefinition = Schemas["CreatedDefinitionShape"];
export type SavedDraft = Schemas["SavedDraftShape"];
export type StoredDraft = Schemas["DraftShape"];
export type Draft = Drawn<StoredDraft>;
export type PublishRequest = Schemas["WishRequest"];
export type Published = Schemas["PublishedShape"];
export type Comparison = Schemas["ComparisonShape"];
/** One statement of a comparison. */
export type GraphChange = Schemas["ChangeShape"];
export type WishToPublish = Schemas["PublishRequestShape"];
export type VersionSummary = Schemas["VersionShape"];
export type StoredVersion = Schemas["VersionGraphShape"];

/** All runs of one version that go on in another. */
export type Migration = Schemas["MigrationShape"];
export type MigrationDetail = Schemas["MigrationDetailShape"];
export type NewMigration = Schemas["MigrationInputRequest"];
export type MigratingRun = Schemas["MigratingRunShape"];

/** What became wrong with live flows, and with the house. */
export type PolicyFindings = Schemas["PolicyFindingsShape"];
export type PolicyFinding = Schemas["PolicyFindingShape"];

export type ExpressionCheck = Schemas["CheckedShape"];
export type ExpressionError = Schemas["ExpressionErrorShape"];

// -- people -------------------------------------------------------------------------------------------------
export type Person = Schemas["PersonShape"];
export type Group = Schemas["GroupShape"];
export type CalendarSummary = Schemas["CalendarShape"];
export type SchedulePreview = Schemas["SchedulePreviewShape"];
export type ConnectionSummary = Schemas["ConnectionShape"];
/** A person or a group that something is addressed to. */
export type Addressee = Schemas["CandidateShape"];

// -- tasks --------------------------------------------------------------------------------------------------
export type Task = Schemas["TaskShape"];
export type TaskDetail = Schemas["TaskDetailShape"];
export type TaskField = Schemas["TaskFieldShape"];
export type RevisableField = Schemas["RevisableFieldShape"];
export type ChangedField = Schemas["ChangedFieldShape"];
/** A task on the page of its run. */
export type TaskLine = Schemas["TaskLineShape"];
export type TaskBox = NonNullable<NonNullable<operations["tasks_list"]["parameters"]["query"]>["box"]>;
export type TaskAction = Task["actions"][number];
/** How far the votes have come. */
export type TaskStanding = NonNullable<Task["standing"]>;
export type TaskVote = Schemas["VoteShape"];
/** A run that was sent to this person. */
export type OwnCopy = Schemas["OwnCopyShape"];
export type SentCopy = Schemas["SentCopyShape"];
export type TaskComment = Schemas["CommentShape"];
/** How those who are asked were found: one run of the rules, line by line. */
export type TaskTrace = Schemas["TraceShape"];
export type TaskReasons = Schemas["TaskReasonsShape"];
export type TaskSummary = Schemas["SummaryShape"];
export type TaskDecided = Schemas["AnsweredShape"];
export type BatchPreview = Schemas["BatchPreviewShape"];
export type BatchResult = Schemas["BatchResultShape"];
export type BatchAction = Schemas["BatchPreviewViewGivenRequest"]["action"];
export type ReturnPreview = Schemas["ReturnPreviewShape"];
export type WayBack = Schemas["WayBackShape"];
export type SavedView = Schemas["SavedViewShape"];
export type SubjectFact = Schemas["SubjectFactShape"];
export type FactValue = SubjectFact["value"];

// -- notices ----------------------------------------------------------------------------------------------
export type Notice = Schemas["NoticeShape"];
export type NoticesSummary = Schemas["NoticesSummaryShape"];

// -- instances ----------------------------------------------------------------------------------------------
export type Instance = Schemas["InstanceShape"];
export type StoredInstance = Schemas["InstanceDetailShape"];
export type InstanceDetail = Drawn<StoredInstance>;
/** Who would be asked at every step still ahead of a run. */
export type PathAhead = Schemas["AheadShape"];
export type StopAhead = Schemas["StopShape"];
export type InstanceStatus = Instance["status"];
export type InstanceToken = Schemas["TokenShape"];
export type Incident = Schemas["IncidentShape"];
export type CalledRun = Schemas["CalledRunShape"];
export type PathStep = Schemas["PathShape"];
export type Jump = Schemas["JumpShape"];
export type InterventionKind = StoredInstance["can"][number];
export type InterventionPreview = Schemas["PreviewShape"];
export type Hindrance = Schemas["HindranceShape"];
export type InterventionEffect = Schemas["EffectShape"];
export type Actor = Schemas["ActorShape"];
export type HistoryEntry = Schemas["FactShape"];
export type AuditEntry = Schemas["AuditEntryShape"];
/** A message that is kept, or that no run could take. */
export type Letter = Schemas["LetterShape"];
export type SentMessage = Schemas["SentShape"];

// -- orders -------------------------------------------------------------------------------------------------
export type OrderSummary = Schemas["OrderSummaryShape"];
export type Order = Schemas["OrderShape"];
export type OrderStatus = OrderSummary["status"];
export type Refund = Schemas["RefundShape"];
/** What a request would start, before it is sent. */
export type BeforeStart = Schemas["BeforeStartShape"];
export type ToChoose = Schemas["ToChooseShape"];
/** A wished change of an order. */
export type OrderChange = Order["changes"][number];
export type RefundStatus = Refund["status"];

// -- rehearsals ---------------------------------------------------------------------------------------------
export type RehearsalRequest = Schemas["SimulateViewGivenRequest"];
export type Rehearsal = Schemas["SimulatedShape"];
export type RehearsedRun = Schemas["RehearsedRunShape"];
export type RehearsedStep = Schemas["RehearsedStepShape"];
export type RehearsedChange = Schemas["RehearsedChangeShape"];
export type RehearsedDifference = Schemas["RehearsedDifferenceShape"];
export type Assumption = Schemas["AssumptionInputRequest"];
export type FlowCase = Schemas["CaseShape"];
export type NewCase = Schemas["CasesViewGivenRequest"];
export type CaseResults = Schemas["CaseResultsShape"];

// -- leave and delegation ------------------------------------------------------------------------------------
export type Absence = Schemas["AbsenceShape"];
export type HandOverWanted = Schemas["HandOverPreviewViewWantedRequest"];
export type HandOverPreview = Schemas["HandOverPreviewShape"];
export type HandedOver = Schemas["HandedOverShape"];
export type NewAbsence = Schemas["AbsencesViewGivenRequest"];
export type AbsenceTaken = Schemas["AbsenceTakenShape"];
export type Delegation = Schemas["DelegationShape"];
export type NewDelegation = Schemas["DelegationsViewGivenRequest"];
export type DelegationSettled = Schemas["DelegationSettledShape"];
