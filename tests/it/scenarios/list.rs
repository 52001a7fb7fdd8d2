scenarios! {
    csv_creates_people
}
