// SPDX-License-Identifier: Apache-2.0
// The views the screens use, under the names the screens know them by.
import type { Commands, Schemas } from '@/gen/schema';

export type { Commands };
export type CommandType = keyof Commands;
export type Session = Schemas['SessionView'];
export type PhoneRules = Schemas['PhoneView'];
export type Role = Session['account']['role'];
export type Position = Schemas['PositionView'];
export type Seen = Schemas['SeenPosition'];
export type CommandResult = Schemas['CommandResult'];
export type CommandBatch = Schemas['CommandBatch'];
export type CommandResults = Schemas['CommandBatchResult'];
export type ConflictField = Schemas['FieldConflict'];
export type Problem = Schemas['Problem'];
export type DoorsView = Schemas['DoorsView'];
export type Door = Schemas['Door'];
export type DoorPerson = Schemas['DoorPerson'];
export type HouseholdView = Schemas['HouseholdView'];
export type Person = Schemas['PersonView'];
export type VisitRecord = Schemas['VisitRecord'];
export type VisitException = Schemas['VisitException'];
export type Outcome = Schemas['VisitOutcome'];
export type KeyGroup = Schemas['KeyGroup'];
export type BuildingRow = Schemas['BuildingRow'];
