import { Directive, Field, GraphQLISODateTime, ObjectType } from "type-graphql";
import { z } from "zod";

/** Who says so: the eight assurance fields of the staff passport (domain.md 4.2). Deduplicated; a row holds an id. */
@Directive("@shareable")
@ObjectType({ description: "Who says so, on what grounds, and how fresh it is.", simpleResolvers: true })
export class Provenance {
  @Field(() => String, {
    nullable: true,
    description: "Where the statement originates, for example the substantive NHS employing organisation.",
  })
  origin?: string;
  @Field(() => String, {
    nullable: true,
    description: "Policy under which it was assured, for example the Core Skills Training Framework (CSTF).",
  })
  assurancePolicy?: string;
  @Field(() => String, { nullable: true, description: "Outcome of that assurance, for example CSTF applied." })
  assuranceOutcome?: string;
  @Field(() => String, { nullable: true, description: "Organisation that provides the record." })
  provider?: string;
  @Field(() => String, { nullable: true, description: "Who verified it: origin, provider or a third party." })
  verifier?: string;
  @Field(() => String, { nullable: true, description: "How it was verified." })
  method?: string;
  @Field(() => String, { nullable: true, description: "Authoritative, or sourced from somebody else." })
  pedigree?: string;
  @Field(() => GraphQLISODateTime, { nullable: true, description: "Last complete read of the source that covered this record." })
  lastRefreshedAt?: Date;
}

/** The seven stored fields; `lastRefreshedAt` is derived from the ledger so that an unchanged record writes nothing. */
export const provenanceFacts = z.strictObject({
  origin: z.string().max(200).optional(),
  assurancePolicy: z.string().max(200).optional(),
  assuranceOutcome: z.string().max(200).optional(),
  provider: z.string().max(200).optional(),
  verifier: z.string().max(200).optional(),
  method: z.string().max(200).optional(),
  pedigree: z.string().max(200).optional(),
});
export type ProvenanceFacts = z.infer<typeof provenanceFacts>;
