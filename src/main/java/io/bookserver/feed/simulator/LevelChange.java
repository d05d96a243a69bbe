package io.bookserver.feed.simulator;

/** The content of a delta: a side, a price in ticks of $0.0001, and hundredths of a contract added or removed. */
record LevelChange(boolean yes, int priceTicks, long deltaHundredths) {}
