// Emoji with English names: a file of its own, loaded with the picker.
export { default } from 'virtual:emoji/en';
