import { Field, GraphQLISODateTime, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { Organisation } from "../kit/organisation";

export enum AccountKind {
  STAFF = "STAFF",
  PERSON = "PERSON",
}
registerEnumType(AccountKind, {
  name: "AccountKind",
  description: "Which sort of login service vouches for it.",
  valuesConfig: {
    STAFF: { description: "A login of employers' staff, for example CIS2." },
    PERSON: { description: "A login of anybody for themselves, for example NHS login." },
  },
});

export enum AccountState {
  ACTIVE = "ACTIVE",
  FROZEN = "FROZEN",
  REVOKED = "REVOKED",
}
registerEnumType(AccountState, {
  name: "AccountState",
  description: "Whether the login stands for the person.",
  valuesConfig: {
    ACTIVE: { description: "It does." },
    FROZEN: { description: "Another login of the same kind claims the same record: until that is settled neither reads anything." },
    REVOKED: { description: "It does no more; kept as history." },
  },
});

export enum AccountLink {
  CRS_UUID = "CRS_UUID",
  CODE = "CODE",
}
registerEnumType(AccountLink, {
  name: "AccountLink",
  description: "What the link rests on.",
  valuesConfig: {
    CRS_UUID: { description: "The login's NHS CRS UUID is that of exactly one person in ESR." },
    CODE: { description: "A one-time code of the employer's HR, with the date of birth." },
  },
});

@ObjectType({ description: "Why something about a login was not done, or has to be settled.", simpleResolvers: true })
export class AccountProblem {
  @Field(() => String, { nullable: true, description: "Stable code." })
  code!: string;
  @Field(() => String, { nullable: true, description: "What is the matter." })
  say!: string;
  @Field(() => String, { nullable: true, description: "The next step, and whose it is." })
  next!: string;
}

@ObjectType({ description: "A login that was recorded for a staff member. Its subject is not shown.", simpleResolvers: true })
export class Account {
  @Field(() => ID, { description: "Id of the account." })
  id!: string;
  @Field(() => AccountState, { nullable: true, description: "Whether it stands for the person." })
  state!: AccountState;
  @Field(() => AccountKind, { nullable: true, description: "Which sort of login service vouches for it." })
  kind!: AccountKind;
  @Field(() => String, { nullable: true, description: "Login service." })
  issuer!: string;
  @Field(() => AccountLink, { nullable: true, description: "What the link rests on." })
  how!: AccountLink;
  @Field(() => ID, { nullable: true, description: "Id of the staff member." })
  staffMemberId!: string;
  @Field(() => Organisation, { nullable: true, description: "Organisation whose word the link rests on." })
  organisation!: Organisation | null;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was recorded." })
  recordedAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "When it was revoked." })
  revokedAt!: Date | null;
  @Field(() => String, { nullable: true, description: "Why it was revoked." })
  revokeReason!: string | null;
  @Field(() => AccountProblem, { nullable: true, description: "What has to be settled about it." })
  problem!: AccountProblem | null;
}

@ObjectType({ description: "The account, or why nothing was done.", simpleResolvers: true })
export class AccountPayload {
  @Field(() => Account, { nullable: true, description: "As it is now." })
  account!: Account | null;
  @Field(() => AccountProblem, { nullable: true, description: "Why nothing was done." })
  problem!: AccountProblem | null;
}

@ObjectType({ description: "A one-time code. It is shown this once.", simpleResolvers: true })
export class AccountCode {
  @Field(() => String, { description: "The code: handed over in person, never by e-mail." })
  code!: string;
  @Field(() => GraphQLISODateTime, { description: "When it is over." })
  expiresAt!: Date;
}

@InputType({ description: "For whom a code is asked." })
export class AccountCodeInput {
  @Field(() => ID, { description: "Id of the staff member." })
  staffMember!: string;
  @Field(() => String, { description: "ODS code of the caller's organisation, which employs the person." })
  organisation!: string;
}

@InputType({ description: "What a person brings to claim the own record." })
export class ClaimAccountInput {
  @Field(() => String, { description: "The code that HR gave; small letters, hyphens and spaces do not matter." })
  code!: string;
  @Field(() => String, { description: "Date of birth, YYYY-MM-DD." })
  birthDate!: string;
}

@InputType({ description: "Which account is revoked, and why." })
export class RevokeAccountInput {
  @Field(() => ID, { description: "Id of the account." })
  account!: string;
  @Field(() => String, { description: "Why, in at most 500 characters." })
  reason!: string;
}
