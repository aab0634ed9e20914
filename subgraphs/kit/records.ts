/** From rows to what a caller may see of them: masks, provenance, controller. */
import { Field } from "type-graphql";
import type { PersonScope } from "../../access/scope";
import { originFields } from "../../access/tables";
import { definitionOfKind, type RecordKind } from "../../schema/kinds";
import { Provenance } from "../../schema/provenance";
import { RecordState } from "../../schema/record";
import type { ProvenanceRow, ReadRecord } from "../../store/read/part";
import type { RequestContext } from "./context";
import { Organisation } from "./organisation";
import { SourceState, type Withheld } from "./reasons";

/** Adds to a record type what every record can say about its origin; `organisation`: the subgraph's own class, where it has one. */
export function attested(type: Function, organisation: Function = Organisation): void {
  Field(() => Provenance, { nullable: true, description: "Who says so." })(type.prototype, "provenance");
  Field(() => organisation as never, { nullable: true, description: "Organisation that is controller of this record." })(
    type.prototype,
    "controller",
  );
  Field(() => String, { nullable: true, description: "Id of the connected system it came from." })(type.prototype, "connectedSystem");
  Field(() => RecordState, { nullable: true, description: "Whether the source still stands by it." })(type.prototype, "state");
}

export function provenanceOf(
  context: RequestContext,
  row: { readonly provenance: ProvenanceRow; readonly connectionId: string },
): Provenance {
  const refreshed = context.connection(row.connectionId)?.lastCompleteAt;
  return { ...(row.provenance as object), ...(refreshed ? { lastRefreshedAt: refreshed } : {}) };
}

/** Masked fields become null and are listed, once each. */
export class Mask {
  private readonly fields = new Set<string>();

  constructor(
    private readonly context: RequestContext,
    private readonly scope: PersonScope,
  ) {}

  withhold(field: string): null {
    this.fields.add(field);
    return null;
  }

  get withheld(): Withheld[] {
    return [...this.fields].sort().map((field) => ({ field, reason: SourceState.NOT_PERMITTED }));
  }

  may(kind: RecordKind, controllerOrg: string, field: string): boolean {
    const label = definitionOfKind(kind).access;
    return this.scope.mayField(label, label, controllerOrg, field);
  }

  /** `path` is the name of the list in its part: masked fields are listed as `path.field`. */
  records<Row extends ReadRecord>(kind: RecordKind, path: string, rows: readonly Row[] | null | undefined): Row[] {
    const definition = definitionOfKind(kind);
    return (rows ?? []).map((row) => {
      const shown: { [name: string]: unknown } = {
        ...(row as object),
        provenance: provenanceOf(this.context, row),
        controller: this.context.organisation(row.controllerOrg),
        connectedSystem: row.connectionId,
        state: row.sourceState,
      };
      for (const name of originFields) {
        if (!this.may(kind, row.controllerOrg, name)) shown[name] = this.withhold(`${path}.${name}`);
      }
      for (const field of definition.fields) {
        if (this.scope.mayField(definition.access, field.access ?? definition.access, row.controllerOrg, field.name)) continue;
        shown[field.name] = null;
        if (!field.storedOnly) this.fields.add(`${path}.${field.name}`);
      }
      return shown as unknown as Row;
    });
  }
}
