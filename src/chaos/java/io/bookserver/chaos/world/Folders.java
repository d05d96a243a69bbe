package io.bookserver.chaos.world;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;

/** Folders of runs. */
public final class Folders {
    private Folders() {
    }

    /** Makes that folder, or empties it of what an earlier run has left. */
    public static void makeEmpty(Path folder) {
        Disk.release(folder.resolve("broker"));
        try {
            Utils.delete(folder.toFile());
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
