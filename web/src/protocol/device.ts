// What logging in adds for a browser in which the account has been logged in before.

/** Proves it; good for one account alone. */
export interface Device {
  /** Absent at the first log-in, and in answers of servers that know no devices. */
  deviceToken?: string | null;
}
