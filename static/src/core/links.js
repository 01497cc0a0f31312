/** Pages the screens refer to; they are in English only. */
export const TWILIO_MESSAGING_POLICY = "https://www.twilio.com/en-us/legal/messaging-policy";
export const TWILIO_ACCEPTABLE_USE = "https://www.twilio.com/en-us/legal/aup";
export const TCPA = "https://www.fcc.gov/general/telemarketing-and-robocalls";
