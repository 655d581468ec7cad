import { Activity } from './activity.ts';
import { type Faults, noFaults } from './faults.ts';
import { Timeline } from './timeline.ts';

/** The course of a run: what is made to go wrong, what happens, and what is still to be done. */
export interface Course {
  faults: Faults;
  timeline: Timeline;
  activity: Activity;
}

/** A course of its own in which nothing goes wrong. */
export const quietCourse = (): Course => ({
  faults: noFaults,
  timeline: new Timeline(),
  activity: new Activity(),
});
