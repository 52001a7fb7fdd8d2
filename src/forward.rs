//! Enums of kinds that do what their kind does.

/// The methods of a trait: whichever of these variants it is, they are those of the variant. Those behind `later` are async.
macro_rules! forward {
    (
        $kinds:tt
        $(fn $now:ident($($given:ident: $of:ty),*) $(-> $result:ty)?;)*
        later:
        $(fn $later:ident($($taken:ident: $type:ty),*) $(-> $answer:ty)?;)*
    ) => {
        $(fn $now(&self, $($given: $of),*) $(-> $result)? {
            forward!(@each self $kinds ($now $($given)*) ())
        })*
        $(async fn $later(&self, $($taken: $type),*) $(-> $answer)? {
            forward!(@each self $kinds ($later $($taken)*) (.await))
        })*
    };
    (@each $self:ident ($($kind:ident)+) $call:tt $after:tt) => {
        forward!(@arms $self ($($kind $call $after)+))
    };
    (@arms $self:ident ($($kind:ident ($name:ident $($given:ident)*) ($($after:tt)*))+)) => {
        match $self {
            $(Self::$kind(one) => one.$name($($given),*) $($after)*,)+
        }
    };
}
