package io.datahub.uploads;

import java.lang.annotation.Annotation;

/** Creates configurations. */
final class Settings {

    private Settings() {}

    static UploadsConfiguration of(String directory) {
        return new UploadsConfiguration() {
            @Override
            public String directory() {
                return directory;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return UploadsConfiguration.class;
            }
        };
    }
}
