// Emoji with Russian names: a file of its own, loaded with the picker.
export { default } from 'virtual:emoji/ru';
