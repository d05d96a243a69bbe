package io.bookserver.chaos.world;

import io.bookserver.testkit.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process that is started, killed, frozen and started again; its output goes to one file over all its lives.
 *
 * <p><i>Thread-safe: one lock.</i>
 */
public final class Child {
    private final String name;
    private final List<String> command;
    private final Path log;
    private final Map<String, String> environment;
    /** The present life, or the last one; null before the first. */
    private ChildProcess process;
    private int starts;
    private int kills;
    private int freezes;

    Child(String name, List<String> command, Path log) {
        this(name, command, log, Map.of());
    }

    /** @param environment beside the one that it inherits */
    Child(String name, List<String> command, Path log, Map<String, String> environment) {
        this.name = name;
        this.command = List.copyOf(command);
        this.log = log;
        this.environment = Map.copyOf(environment);
    }

    public String name() {
        return name;
    }

    public Path log() {
        return log;
    }

    /** Starts it unless it runs. */
    public void start() {
        start(command);
    }

    /** Starts it, unless it runs, with so much heap for this one life. */
    public void startWithHeap(int megabytes) {
        start(command.stream().map(word -> word.startsWith("-Xmx") ? "-Xmx" + megabytes + "m" : word).toList());
    }

    private synchronized void start(List<String> command) {
        if (!isAlive()) {
            starts++;
            var builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            process = ChildProcess.start(builder, log);
        }
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** How often it was started. */
    public synchronized int starts() {
        return starts;
    }

    /** How often it was killed while it ran. */
    public synchronized int kills() {
        return kills;
    }

    /** How often it was frozen while it ran. */
    public synchronized int freezes() {
        return freezes;
    }

    /** As {@code kill -9}; also of one that is frozen. */
    public synchronized void kill() {
        if (process != null) {
            kills += process.isAlive() ? 1 : 0;
            process.kill();
        }
    }

    /** Stops it in its tracks: SIGSTOP. */
    public synchronized void freeze() {
        freezes += isAlive() ? 1 : 0;
        signal("-STOP");
    }

    public void thaw() {
        signal("-CONT");
    }

    /** Allows it so many open files from now on. */
    public void limitOpenFiles(long count) {
        ChildProcess.run("prlimit", "--pid", Long.toString(pid()), "--nofile=" + count + ":");
    }

    public synchronized long pid() {
        return process == null ? 0 : process.pid();
    }

    public int openFiles() {
        return entries("fd");
    }

    public int threads() {
        return entries("task");
    }

    /** Resident memory, kB; 0 where it is gone. */
    public synchronized long residentKb() {
        return process == null ? 0 : process.residentKb();
    }

    /**
     * Instances that its heap holds after a collection, by class; none where that cannot be told, as of an executable.
     *
     * @param classes whole names
     */
    public Map<String, Integer> instances(Pattern classes) {
        Map<String, Integer> instances = new TreeMap<>();
        try {
            Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid()),
                    "GC.class_histogram").redirectErrorStream(true).start();
            try (BufferedReader lines = jcmd.inputReader()) {
                lines.lines().map(line -> line.trim().split("\\s+")).filter(words -> words.length > 3 && classes.matcher(words[3]).matches())
                        .forEach(words -> instances.put(words[3], Integer.parseInt(words[1])));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return instances;
    }

    private int entries(String folder) {
        try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(pid()), folder))) {
            return (int) entries.count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private void signal(String signal) {
        if (isAlive()) {
            ChildProcess.run("kill", signal, Long.toString(pid()));
        }
    }
}
