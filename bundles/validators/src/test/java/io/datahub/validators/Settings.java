package io.datahub.validators;

import java.lang.annotation.Annotation;

/** Configurations as they would come from Configuration Admin. */
final class Settings {

    private Settings() {}

    static XmlConfiguration xml(long maxBytes, String... paths) {
        return new XmlConfiguration() {
            @Override
            public String name() {
                return "xml";
            }

            @Override
            public String[] paths() {
                return paths;
            }

            @Override
            public long maxBytes() {
                return maxBytes;
            }

            @Override
            public long timeoutMillis() {
                return 10_000;
            }

            @Override
            public boolean optional() {
                return false;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return XmlConfiguration.class;
            }
        };
    }

    static XsdConfiguration xsd(String schema) {
        return new XsdConfiguration() {
            @Override
            public String name() {
                return "xsd";
            }

            @Override
            public String[] paths() {
                return new String[] {"**"};
            }

            @Override
            public String schema() {
                return schema;
            }

            @Override
            public long maxBytes() {
                return 1 << 20;
            }

            @Override
            public long timeoutMillis() {
                return 10_000;
            }

            @Override
            public boolean optional() {
                return false;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return XsdConfiguration.class;
            }
        };
    }
}
