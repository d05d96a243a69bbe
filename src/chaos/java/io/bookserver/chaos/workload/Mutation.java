package io.bookserver.chaos.workload;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Damage to a record's bytes as it happens on a way. */
final class Mutation {
    private Mutation() {
    }

    static byte[] of(byte[] whole, SplittableRandom random) {
        int at = random.nextInt(whole.length);
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(whole, at);
            case 1 -> changed(whole, at, (byte) random.nextInt(256));
            case 2 -> changed(whole, at, (byte) (whole[at] ^ 1 << random.nextInt(8)));
            case 3 -> spliced(whole, at, at, new byte[] {(byte) random.nextInt(256)});
            case 4 -> spliced(whole, at, Math.min(whole.length, at + 1 + random.nextInt(8)), new byte[0]);
            default -> spliced(whole, at, at, Arrays.copyOfRange(whole, at, Math.min(whole.length, at + 1 + random.nextInt(40))));
        };
    }

    private static byte[] changed(byte[] whole, int at, byte to) {
        byte[] damaged = whole.clone();
        damaged[at] = to;
        return damaged;
    }

    private static byte[] spliced(byte[] whole, int from, int to, byte[] between) {
        byte[] damaged = new byte[whole.length - (to - from) + between.length];
        System.arraycopy(whole, 0, damaged, 0, from);
        System.arraycopy(between, 0, damaged, from, between.length);
        System.arraycopy(whole, to, damaged, from + between.length, whole.length - to);
        return damaged;
    }
}
