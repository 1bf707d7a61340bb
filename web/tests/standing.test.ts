import { expect, test } from 'vitest';
import { Standing } from '../src/views/conversation/standing';

class Area {
  scrollHeight = 1000;
  clientHeight = 300;
  #top = 0;
  get scrollTop(): number {
    return this.#top;
  }
  set scrollTop(top: number) {
    this.#top = Math.max(0, Math.min(top, this.scrollHeight - this.clientHeight));
  }
}

function stand() {
  const area = new Area();
  const offsets = new Map([['row', 500]]);
  return { area, offsets, standing: new Standing(area, (key) => offsets.get(key)) };
}

test('the end is held, however much it grows, and whatever tells of a scroll', () => {
  const { area, standing } = stand();
  standing.go('end');
  for (const height of [1400, 1200, 5000]) {
    area.scrollHeight = height;
    area.scrollTop = Math.min(area.scrollTop, height);
    standing.scrolled();
    standing.hold();
    expect(standing.below).toBe(0);
  }
  area.clientHeight = 100;
  standing.hold();
  expect(standing.below).toBe(0);
});

test('who has scrolled away is not moved, until they are back', () => {
  const { area, standing } = stand();
  standing.go('end');
  area.scrollTop = 400;
  standing.scrolled();
  area.scrollHeight = 1500;
  standing.hold();
  expect([area.scrollTop, standing.atEnd]).toEqual([400, false]);
  area.scrollTop = 1190;
  standing.scrolled();
  standing.hold();
  expect([standing.below, standing.atEnd]).toEqual([0, true]);
});

test('a row one was led to stays where it is while what is above it gets its height', () => {
  const { area, offsets, standing } = stand();
  standing.go({ key: 'row', gap: 64 });
  expect(area.scrollTop).toBe(436);
  area.scrollHeight = 1300;
  offsets.set('row', 800);
  standing.hold();
  expect(area.scrollTop).toBe(736);
  standing.stay();
  offsets.set('row', 700);
  standing.hold();
  expect(area.scrollTop).toBe(636);
});
