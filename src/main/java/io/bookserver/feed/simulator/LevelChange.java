package io.bookserver.feed.simulator;

/** What one delta says: a side, a price in ticks of $0.0001, and hundredths of a contract added or taken away. */
record LevelChange(boolean yes, int priceTicks, long deltaHundredths) {}
