export function StateSwitch() {
  return null;
}
