/**
 * Line icons, drawn for Rexian on a 24 px grid: stroke 1.75, round caps and joins, no fill, `currentColor`.
 * Each is one path; separate constants, so that a bundle carries only those that it uses.
 */
export const check = "M5 12.5l4.5 4.5L19 7.5";
export const checkDouble = "M2.5 12.5L7 17l8.5-9.5M11 15.5l1.5 1.5L21.5 7.5";
export const close = "M6 6l12 12M18 6L6 18";
export const minus = "M5 12h14";
export const plus = "M12 5v14M5 12h14";
export const chevronDown = "M6 9.5l6 6 6-6";
export const chevronUp = "M6 14.5l6-6 6 6";
export const chevronLeft = "M14.5 6l-6 6 6 6";
export const chevronRight = "M9.5 6l6 6-6 6";
export const arrowUp = "M12 19V5M5.5 11.5L12 5l6.5 6.5";
export const arrowDown = "M12 5v14M5.5 12.5L12 19l6.5-6.5";
export const arrowLeft = "M19 12H5M11.5 5.5L5 12l6.5 6.5";
export const arrowRight = "M5 12h14M12.5 5.5L19 12l-6.5 6.5";
export const external =
  "M13.5 5H19v5.5M19 5l-8.5 8.5M10 6.5H7A2.5 2.5 0 0 0 4.5 9v8A2.5 2.5 0 0 0 7 19.5h8a2.5 2.5 0 0 0 2.5-2.5v-3";
export const more =
  "M4.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0M11.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0M18.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0";
export const drag = "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01";
export const chat =
  "M12 4.5c-4.7 0-8.5 3.1-8.5 7 0 2.1 1.1 4 2.9 5.3L5.8 20l3.6-1.8c.8.2 1.7.3 2.6.3 4.7 0 8.5-3.1 8.5-7s-3.8-7-8.5-7z";
export const chatText =
  "M12 4.5c-4.7 0-8.5 3.1-8.5 7 0 2.1 1.1 4 2.9 5.3L5.8 20l3.6-1.8c.8.2 1.7.3 2.6.3 4.7 0 8.5-3.1 8.5-7s-3.8-7-8.5-7zM8.5 10h7M8.5 13.2h4.5";
export const headset =
  "M4.5 15v-3a7.5 7.5 0 0 1 15 0v3M4.5 14.5a1.5 1.5 0 0 1 1.5-1.5h.5A1.5 1.5 0 0 1 8 14.5v3A1.5 1.5 0 0 1 6.5 19H6a1.5 1.5 0 0 1-1.5-1.5zM19.5 14.5A1.5 1.5 0 0 0 18 13h-.5a1.5 1.5 0 0 0-1.5 1.5v3a1.5 1.5 0 0 0 1.5 1.5h.5a1.5 1.5 0 0 0 1.5-1.5zM19 18.5c0 1.7-2 2.5-5 2.5";
export const phone =
  "M8.2 4.5H6A1.7 1.7 0 0 0 4.3 6.4C4.9 13.3 10.7 19.1 17.6 19.7A1.7 1.7 0 0 0 19.5 18v-2.2l-4.2-1.6-1.6 2c-2.5-1.2-4.7-3.4-5.9-5.9l2-1.6z";
export const mail =
  "M5.5 5.5h13a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2zM4 7.5l8 5.5 8-5.5";
export const send = "M4.5 12L3.5 4.5 20.5 12 3.5 19.5zM4.5 12H12";
export const attach =
  "M19.5 11.5l-7.4 7.4a4.7 4.7 0 0 1-6.6-6.6l7.7-7.7a3.1 3.1 0 0 1 4.4 4.4l-7.6 7.6a1.55 1.55 0 0 1-2.2-2.2l6.9-6.9";
export const image =
  "M6 4.5h12A1.5 1.5 0 0 1 19.5 6v12a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 18V6A1.5 1.5 0 0 1 6 4.5zM4.5 16l4.5-4.5 4 4 2.5-2.5 4 4M15.5 8.5h.01";
export const file = "M13.5 3.5H7.5A2 2 0 0 0 5.5 5.5v13a2 2 0 0 0 2 2h9a2 2 0 0 0 2-2v-10zM13.5 3.5v5h5";
export const download = "M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15";
export const upload = "M12 15.5V4.5M7 9l5-5 5 5M4.5 19.5h15";
export const note =
  "M5.5 4.5h13a1 1 0 0 1 1 1V14l-5.5 5.5H5.5a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM19.5 14H15a1 1 0 0 0-1 1v4.5M8 9h8M8 12.5h4";
export const canned = "M13.5 3.5L5 13.5h6l-.5 7 8.5-10.5h-6z";
export const transfer = "M4.5 8.5h14M15 5l3.5 3.5L15 12M19.5 15.5h-14M9 12l-3.5 3.5L9 19";
export const wrapUp =
  "M8 5.5H6.5a1.5 1.5 0 0 0-1.5 1.5v12a1.5 1.5 0 0 0 1.5 1.5h11a1.5 1.5 0 0 0 1.5-1.5V7a1.5 1.5 0 0 0-1.5-1.5H16M9 3.5h6v4H9zM8.5 14l2.5 2.5 4.5-5";
export const disposition =
  "M4.5 4.5h7.2l8 8a1.5 1.5 0 0 1 0 2.1l-5.1 5.1a1.5 1.5 0 0 1-2.1 0l-8-8zM8.5 8.5h.01";
export const end = "M12 3.5v8M7 6.2a8 8 0 1 0 10 0";
export const typing = "M7 12h.01M12 12h.01M17 12h.01";
export const user = "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20c.6-3.5 3.6-5.5 7.5-5.5s6.9 2 7.5 5.5";
export const users =
  "M9.5 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM3 19.5c.5-3.2 3.1-5 6.5-5s6 1.8 6.5 5M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.9c1.7.8 2.7 2.3 3 4.6";
export const team =
  "M12 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM6.5 20c.4-4 2.5-6.5 5.5-6.5s5.1 2.5 5.5 6.5M5 8.5a2 2 0 1 0 0 4M19 8.5a2 2 0 1 1 0 4M2.5 18c.1-1.8.6-3 1.5-3.8M21.5 18c-.1-1.8-.6-3-1.5-3.8";
export const skill = "M12 3.5l2.6 5.3 5.9.9-4.2 4.1 1 5.8L12 16.8l-5.3 2.8 1-5.8-4.2-4.1 5.9-.9z";
export const star = "M12 3.5l2.6 5.3 5.9.9-4.2 4.1 1 5.8L12 16.8l-5.3 2.8 1-5.8-4.2-4.1 5.9-.9z";
export const building =
  "M5.5 20.5V5a1.5 1.5 0 0 1 1.5-1.5h7A1.5 1.5 0 0 1 15.5 5v15.5M15.5 10H18a1.5 1.5 0 0 1 1.5 1.5v9M3.5 20.5h17M9 7.5h3M9 11.5h3M9 15.5h3";
export const queue = "M4.5 6h15M4.5 12h11M4.5 18h7";
export const inbox =
  "M3.5 13.5h5l1 2.5h5l1-2.5h5M3.5 13.5L6 5.5h12l2.5 8V18a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18z";
export const history = "M4.5 12a7.5 7.5 0 1 0 2.5-5.6L4.5 8.5M4.5 4v4.5H9M12 8v4.5l3 2";
export const trace = "M6 6h.01M6 12h.01M6 18h.01M6 6v12M10 6h9.5M10 12h7M10 18h9.5";
export const audit =
  "M7 3.5h10a1.5 1.5 0 0 1 1.5 1.5v15.5L15.5 18.5 12 20.5l-3.5-2-3 2V5A1.5 1.5 0 0 1 7 3.5zM9 8.5h6M9 12.5h6";
export const search = "M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM16 16l4 4";
export const filter = "M4 6.5h16M7 12h10M10 17.5h4";
export const settings = "M4 7h9M17 7h3M15 4.8v4.4M4 12h2M10 12h10M8 9.8v4.4M4 17h10M18 17h2M16 14.8v4.4";
export const home = "M4 11l8-7 8 7M6 9.5v10h4.5v-5h3v5H18v-10";
export const wall =
  "M5 4.5h14A1.5 1.5 0 0 1 20.5 6v9.5A1.5 1.5 0 0 1 19 17H5a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 5 4.5zM8.5 20.5h7M12 17v3.5M7.5 13l3-3 2.5 2 3.5-4";
export const chart = "M4.5 4.5v15h15M8.5 16v-4M12.5 16V8M16.5 16v-6";
export const calendar =
  "M6 5.5h12A1.5 1.5 0 0 1 19.5 7v11a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 18V7A1.5 1.5 0 0 1 6 5.5zM4.5 10h15M8.5 3.5v4M15.5 3.5v4";
export const clock = "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2";
export const hourglass =
  "M7 3.5h10M7 20.5h10M8 3.5c0 4.5 4 6 4 8.5s-4 4-4 8.5M16 3.5c0 4.5-4 6-4 8.5s4 4 4 8.5";
export const bell = "M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5zM10 20.5h4M12 3.5v2";
export const alert = "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17h.01";
export const info = "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5M12 8h.01";
export const errorCircle = "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5v5.5M12 16h.01";
export const help =
  "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM9.5 9.7c.1-1.5 1.1-2.4 2.6-2.4 1.4 0 2.5.9 2.5 2.2 0 2-2.5 2.1-2.5 4M12 16.5h.01";
export const retry = "M19.5 12a7.5 7.5 0 1 1-2.3-5.4l2.3 2.2M19.5 4v4.8h-4.8";
export const edit =
  "M4.5 19.5l.8-4L15.8 5a1.8 1.8 0 0 1 2.5 0l.7.7a1.8 1.8 0 0 1 0 2.5L8.5 18.7zM14 6.8l3.2 3.2";
export const trash =
  "M4.5 6.5h15M9 6.5V4.5h6v2M6.5 6.5l.8 12a1.5 1.5 0 0 0 1.5 1.5h6.4a1.5 1.5 0 0 0 1.5-1.5l.8-12M10 10.5v5.5M14 10.5v5.5";
export const copy =
  "M10 8.5h8a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 8.5 18v-8A1.5 1.5 0 0 1 10 8.5zM15.5 8.5V6A1.5 1.5 0 0 0 14 4.5H6A1.5 1.5 0 0 0 4.5 6v8A1.5 1.5 0 0 0 6 15.5h2.5";
export const link =
  "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1.2 1.2M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2";
export const eye =
  "M2.8 12C4.8 8.2 8.1 6 12 6s7.2 2.2 9.2 6c-2 3.8-5.3 6-9.2 6s-7.2-2.2-9.2-6zM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z";
export const eyeOff =
  "M9.8 6.3c.7-.2 1.4-.3 2.2-.3 3.9 0 7.2 2.2 9.2 6-.7 1.3-1.6 2.5-2.6 3.4M6.2 7.7C4.8 8.8 3.7 10.2 2.8 12c2 3.8 5.3 6 9.2 6 1.7 0 3.3-.4 4.7-1.2M4 4l16 16";
export const lock =
  "M7 10.5h10a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19v-7A1.5 1.5 0 0 1 7 10.5zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5";
export const shield = "M12 3.5l7 2.5v5.5c0 4.3-2.8 7.5-7 9-4.2-1.5-7-4.7-7-9V6zM9 12l2.2 2.2L15.5 10";
export const key = "M8 11.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM11 12.5l8-8M15.5 8l3 3";
export const webhook =
  "M12 4.5a3.5 3.5 0 0 1 3 5.3l3 5.2M10 10.5l-3 5M12 8L9.5 12.5M5.5 13.5a3.5 3.5 0 1 0 5 4h5M18 13.5a3.5 3.5 0 1 1-2.5 6";
export const globe =
  "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM3.5 12h17M12 3.5c2.3 2.3 3.5 5.2 3.5 8.5s-1.2 6.2-3.5 8.5c-2.3-2.3-3.5-5.2-3.5-8.5s1.2-6.2 3.5-8.5z";
export const sun =
  "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4";
export const moon = "M20 14.2A8.3 8.3 0 0 1 9.8 4a8.3 8.3 0 1 0 10.2 10.2z";
export const contrast =
  "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 3.5v17M12 8l4.5-2M12 12h8M12 16l4.5 2";
export const signOut = "M14 4.5H6.5A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5H14M10.5 12h9.5M16.5 8l4 4-4 4";
export const keyboard =
  "M4.5 6.5h15A1.5 1.5 0 0 1 21 8v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M7.5 14h9";
export const command =
  "M9 9h6v6H9zM9 9H6.8A2.3 2.3 0 1 1 9 6.8zM15 9V6.8A2.3 2.3 0 1 1 17.2 9zM15 15h2.2A2.3 2.3 0 1 1 15 17.2zM9 15v2.2A2.3 2.3 0 1 1 6.8 15z";
export const wifiOff =
  "M4 4l16 16M2.5 9.5c1.5-1.3 3.1-2.3 4.9-3M11 5.5c4-.2 7.6 1.3 10.5 4M6 13c1-.9 2.2-1.6 3.5-2M15 11.3c1.1.4 2.1 1 3 1.7M9.5 16.5c1.5-1.2 3.5-1.2 5 0M12 19.5h.01";
export const live =
  "M12 10.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zM8 16a5.5 5.5 0 0 1 0-8M16 8a5.5 5.5 0 0 1 0 8M5 19a9.7 9.7 0 0 1 0-14M19 5a9.7 9.7 0 0 1 0 14";
export const play = "M8 5.5v13l10.5-6.5z";
export const pause = "M8.5 5.5v13M15.5 5.5v13";
export const coffee =
  "M5 9.5h11v5a4.5 4.5 0 0 1-4.5 4.5h-2A4.5 4.5 0 0 1 5 14.5zM16 11h1.5a2.5 2.5 0 0 1 0 5H15.8M8 3.5v2.5M12.5 3.5v2.5";
export const robot =
  "M6 8.5h12a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 17v-7A1.5 1.5 0 0 1 6 8.5zM12 8.5V5M12 4h.01M9 13h.01M15 13h.01";
export const sidebar =
  "M5 4.5h14A1.5 1.5 0 0 1 20.5 6v12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18V6A1.5 1.5 0 0 1 5 4.5zM9.5 4.5v15";
export const expand = "M9.5 4.5h-5v5M14.5 4.5h5v5M9.5 19.5h-5v-5M14.5 19.5h5v-5";
export const sound = "M4.5 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9a4 4 0 0 1 0 6M18.5 6.5a7.5 7.5 0 0 1 0 11";
export const mute = "M4.5 9.5v5h3.5l4.5 4v-13l-4.5 4zM16.5 9.5l5 5M21.5 9.5l-5 5";
export const route =
  "M5.5 4.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM18.5 15.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM7.5 6.5h7a3 3 0 0 1 0 6h-5a3 3 0 0 0 0 6h7";
export const drill = "M4.5 19.5v-6M9.5 19.5v-10M14.5 19.5v-7M19.5 19.5v-13M4 7.5l5-3.5 5 3 5.5-4";
export const microphone =
  "M12 3.5a2.8 2.8 0 0 1 2.8 2.8v5a2.8 2.8 0 1 1-5.6 0v-5A2.8 2.8 0 0 1 12 3.5zM5.8 11.3a6.2 6.2 0 0 0 12.4 0M12 17.5v3M9 20.5h6";
export const microphoneOff =
  "M4 4l16 16M9.2 9.2v2.1a2.8 2.8 0 0 0 4.2 2.4M14.8 11V6.3a2.8 2.8 0 0 0-5.3-1.2M5.8 11.3a6.2 6.2 0 0 0 9.6 5.2M18.2 11.3c0 .7-.1 1.3-.3 1.9M12 17.5v3M9 20.5h6";
export const keypad =
  "M7 6h.01M12 6h.01M17 6h.01M7 11h.01M12 11h.01M17 11h.01M7 16h.01M12 16h.01M17 16h.01M12 20.5h.01";
export const record = "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4z";
export const hangUp =
  "M3.6 15.2v-1.4C5.6 11.4 8.6 10 12 10s6.4 1.4 8.4 3.8v1.4a1.2 1.2 0 0 1-1.5 1.2l-2.8-.8a1.2 1.2 0 0 1-.9-1.2v-1.6a9.6 9.6 0 0 0-6.4 0v1.6a1.2 1.2 0 0 1-.9 1.2l-2.8.8a1.2 1.2 0 0 1-1.5-1.2z";
export const userPlus =
  "M9.5 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM3 19.5c.5-3.2 3.1-5 6.5-5s6 1.8 6.5 5M18.5 8v6M15.5 11h6";
export const ear =
  "M7.5 10a4.5 4.5 0 0 1 9 0c0 3.2-3.2 3.8-3.6 6.8a2.9 2.9 0 0 1-5.4 1.2M9.8 10.2a2.2 2.2 0 0 1 4.4 0c0 1.2-.9 1.7-1.6 2.3";
