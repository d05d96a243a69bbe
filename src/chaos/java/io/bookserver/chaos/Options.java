package io.bookserver.chaos;

import java.util.Map;
import java.util.TreeMap;

/** What is given on the command line as {@code name=value}. */
final class Options {
    private Options() {
    }

    /** @throws IllegalArgumentException for a name that has no default */
    static Map<String, String> read(String[] args, Map<String, String> defaults) {
        Map<String, String> options = new TreeMap<>(defaults);
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 0 || options.replace(arg.substring(0, equals), arg.substring(equals + 1)) == null) {
                throw new IllegalArgumentException("options are " + options + ", given was: " + arg);
            }
        }
        return options;
    }
}
